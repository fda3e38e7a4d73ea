"""The mirror: what would be issued, what keeps it from being issued, what deserves a look (N17, N21, R86)."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils import timezone

from fiscal.documents.certificates import CertificateRefused
from fiscal.documents.mirror import MirrorLine, mirror_lines
from fiscal.documents.rules import check_snapshot
from fiscal.enumerations import Gateway
from fiscal.values import CityParameters, LoadedCertificate, NoteSnapshot, RuleProblem
from nfse.actors import Actor
from nfse.models import Company, Invoice, ServiceProfile, Taker, TaxProfile
from nfse.permissions import NotFound, Right
from nfse.selectors.certificates import NoCertificate
from nfse.selectors.companies import find_tax_profile, get_company
from nfse.selectors.note_actions import NOT_STANDING
from nfse.services.certificates import load_certificate
from nfse.services.issuing import gates
from nfse.services.issuing.cities import request_reading, snapshot_with_city
from nfse.services.issuing.snapshots import NoteInput, Parts, SubstitutionInput
from nfse.states import OPEN, State
from registry.models import City


@dataclass(frozen=True)
class Mirror:
    """What is shown before the yes. `hash` goes back with it; problems that block leave it empty.

    `city_rate`: percent of the city that receives the ISS, as far as it is known.
    """

    lines: tuple[MirrorLine, ...]
    hash: str
    problems: tuple[RuleProblem, ...]
    warnings: tuple[RuleProblem, ...]
    twin_id: int | None
    snapshot: NoteSnapshot | None
    city_rate: Decimal | None = None

    @property
    def can_confirm(self) -> bool:
        return not self.problems


def prepare_request(*, actor: Actor, note: NoteInput, now: datetime | None = None) -> Mirror:
    """Return the mirror of a note, with what blocks it and what to look at. Stores nothing, asks nobody.

    What is not known of the note's cities is asked by work, for the next mirror.

    Raises:
        NotAllowed, NotFound (of nfse.permissions).
    """
    require_issue(actor, note)
    certificate = find_certificate(actor.firm_id, note.company_id)
    mirror = make_mirror(actor.firm_id, note, now or timezone.now(), certificate)
    if mirror.snapshot is not None and certificate is not None:
        request_reading(note.company_id, mirror.snapshot)
    return mirror


def require_issue(actor: Actor, note: NoteInput) -> None:
    """Ask the right to issue this note; to replace another one takes the right to decide about it too (N15).

    Raises NotFound, NotAllowed.
    """
    actor.require(Right.ISSUE, company_id=note.company_id)
    if note.substitutes is not None:
        actor.require(Right.DECIDE, company_id=note.company_id)


def make_mirror(
    firm_id: int, note: NoteInput, now: datetime, certificate: LoadedCertificate | None
) -> Mirror:
    """Return the mirror; the caller asked the right and opened the certificate. Raises NotFound."""
    company = get_company(firm_id, note.company_id)
    problems = gates.check_company(company, now)
    profile = find_tax_profile(firm_id, company.pk)
    if profile is None:
        return _blocked(problems)
    parts, missing = _gather(firm_id, company, profile, note)
    if parts is None:
        return _blocked([*problems, *missing])
    problems += gates.check_note(parts, note, now)
    if any(problem.blocking for problem in problems):
        return _blocked(problems)
    snapshot, known = snapshot_with_city(parts, note)
    problems += check_rules(snapshot, known, company, profile, now, certificate)
    twin = gates.find_twin(firm_id, parts, snapshot, now)
    if twin is not None:
        text = "Há uma nota igual (mesmo tomador, valor e descrição) nas últimas 24 horas."
        problems.append(gates.gate("twin", "", text, blocking=False))
    blocking = tuple(problem for problem in problems if problem.blocking)
    warnings = tuple(problem for problem in problems if not problem.blocking)
    return Mirror(
        lines=tuple(mirror_lines(snapshot, known.rate)),
        hash="" if blocking else _hash(snapshot, warnings),
        problems=blocking,
        warnings=warnings,
        twin_id=twin.pk if twin else None,
        snapshot=snapshot,
        city_rate=known.rate,
    )


def _blocked(problems: list[RuleProblem]) -> Mirror:
    return Mirror((), "", tuple(problems), (), None, None)


def _hash(snapshot: NoteSnapshot, warnings: tuple[RuleProblem, ...]) -> str:
    """The yes covers the content and every warning that was shown beside it."""
    seen = ",".join(sorted(warning.code for warning in warnings))
    return hashlib.sha256(f"{snapshot.content_hash()}|{seen}".encode()).hexdigest()


def _gather(
    firm_id: int, company: Company, profile: TaxProfile, note: NoteInput
) -> tuple[Parts | None, list[RuleProblem]]:
    service = ServiceProfile.objects.filter(firm_id=firm_id, company=company, pk=note.service_id).first()
    if service is None:
        raise NotFound
    if not service.is_active:
        return None, [
            gates.gate("service", "service", "Este serviço foi removido da empresa. Escolha outro.")
        ]
    taker = _get_taker(firm_id, note.taker_id)
    replaced, problems = _get_replaced(firm_id, company, note.substitutes)
    place = _place(company, service, taker, note)
    if place is None:
        text = "Informe a cidade onde o serviço foi prestado."
        problems.append(gates.gate("place", "place_city_code", text))
    if problems or place is None:
        return None, problems
    return Parts(company, profile, service, taker, place, replaced), []


def _get_taker(firm_id: int, taker_id: int | None) -> Taker | None:
    if taker_id is None:
        return None
    taker = (
        Taker.objects.select_related("city").filter(firm_id=firm_id, pk=taker_id, merged_into=None).first()
    )
    if taker is None:
        raise NotFound
    return taker


def _get_replaced(
    firm_id: int, company: Company, given: SubstitutionInput | None
) -> tuple[Invoice | None, list[RuleProblem]]:
    if given is None:
        return None, []
    invoice = (
        Invoice.objects.select_related("request")
        .filter(firm_id=firm_id, company=company, pk=given.invoice_id, environment=company.environment)
        .first()
    )
    if invoice is None:
        raise NotFound
    if invoice.request.state != State.ISSUED:
        return None, [gates.gate("substitution", "substitutes", NOT_STANDING)]
    if invoice.replacing_requests.filter(state__in=[*OPEN, State.ISSUED]).exists():
        text = "Já existe um pedido de substituição desta nota."
        return None, [gates.gate("substitution", "substitutes", text)]
    return invoice, []


def _place(company: Company, service: ServiceProfile, taker: Taker | None, note: NoteInput) -> City | None:
    if note.place_city_code:
        return City.objects.filter(pk=note.place_city_code).first()
    if service.incidence_rule == ServiceProfile.Incidence.PROVIDER:
        return company.city
    if service.incidence_rule == ServiceProfile.Incidence.TAKER:
        return taker.city if taker else None
    return None


def check_rules(
    snapshot: NoteSnapshot,
    known: CityParameters,
    company: Company,
    profile: TaxProfile,
    now: datetime,
    certificate: LoadedCertificate | None,
) -> list[RuleProblem]:
    """Return the authority's own rules that a note breaks; PlugNotas judges by its cities' rules."""
    if company.gateway != Gateway.NATIONAL:
        return []
    return check_snapshot(
        snapshot,
        known,
        certificate=certificate.certificate if certificate else None,
        now=now,
        series=profile.series,
    )


def find_certificate(firm_id: int, company_id: int) -> LoadedCertificate | None:
    """Open the A1 of a company of the national gateway; a missing or unfit one is a gate of its own.

    It takes tens of milliseconds: open it once for a use case, outside of locks.
    """
    is_national = Company.objects.filter(firm_id=firm_id, pk=company_id, gateway=Gateway.NATIONAL).exists()
    if not is_national:
        return None
    try:
        return load_certificate(firm_id=firm_id, company_id=company_id)
    except (NoCertificate, CertificateRefused):
        return None
