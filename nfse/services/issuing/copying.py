"""What a person said of an earlier note, to say it again (N15, N17)."""

from dataclasses import replace
from datetime import date

from fiscal.enumerations import TaxRegime
from fiscal.values import FederalRates, NoteSnapshot
from nfse.models import InvoiceRequest
from nfse.services.issuing.snapshots import NoteInput, SubstitutionInput


def input_of(request: InvoiceRequest) -> NoteInput:
    """Return what the person gave at the confirmation, read back from the frozen content."""
    snapshot = request.snapshot
    substitutes = None
    if request.substitutes_id is not None and snapshot.substitutes is not None:
        given = snapshot.substitutes
        substitutes = SubstitutionInput(request.substitutes_id, given.reason, given.text)
    return NoteInput(
        company_id=request.company_id,
        taker_id=request.taker_id,
        service_id=request.service_id,
        amount=snapshot.amount,
        description=snapshot.service.description,
        competence_date=snapshot.competence_date,
        withheld=snapshot.withheld,
        federal=_federal(snapshot),
        place_city_code=snapshot.service.place_city_code,
        substitutes=substitutes,
    )


def copy_note(request: InvoiceRequest, *, competence_date: date) -> NoteInput:
    """Return a new note with the content of an earlier one, of another day, which replaces nothing.

    A taker that was merged into another since is that other one.
    """
    taker = request.taker
    taker_id = (taker.merged_into_id or taker.pk) if taker else None
    return replace(input_of(request), taker_id=taker_id, competence_date=competence_date, substitutes=None)


def _federal(snapshot: NoteSnapshot) -> FederalRates | None:
    """Said again they are a choice for the note, whatever its service says by now."""
    if snapshot.federal is not None:
        return snapshot.federal.rates
    return FederalRates() if snapshot.issuer.tax_regime is TaxRegime.NORMAL else None
