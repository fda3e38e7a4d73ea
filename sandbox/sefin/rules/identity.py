"""Who sends, with which number, when, from which city, signed by whom."""

from collections.abc import Iterator
from datetime import datetime

from sandbox.sefin.cases import Case
from sandbox.sefin.rules.checks import is_cpf
from sandbox.world.numbers import is_cnpj

SERIES_OF_APPLICATIONS = range(1, 50_000)


def find(case: Case) -> Iterator[str]:
    yield from _find_identity(case)
    yield from _find_dates(case)
    yield from _find_city(case)
    yield from _find_signature(case)


def compose_dps_id(case: Case) -> str:
    """Compose the Id that the DPS must have (national.md §4.1)."""
    kind = "2" if case.has("prest/CNPJ") else "1"
    series, number = case.text("serie"), case.text("nDPS")
    return f"DPS{case.city}{kind}{case.provider.zfill(14)}{series.zfill(5)}{number.zfill(15)}"


def _find_identity(case: Case) -> Iterator[str]:
    identifier = str(case.node.element.get("Id"))
    if identifier != compose_dps_id(case):
        yield "E0004"
    if case.text("tpAmb") != case.environment.tp_amb:
        yield "E0006"
    if int(case.text("serie")) not in SERIES_OF_APPLICATIONS:
        yield "E0010"
    if case.store.find_note_of_dps(case.environment.name, identifier):
        yield "E0014"
    if case.text("tpEmit") != "1":
        yield "E9996"
    if case.has("prest/CNPJ") and not is_cnpj(case.provider):
        yield "E0080"
    if case.has("prest/CPF") and not is_cpf(case.provider):
        yield "E0096"


def _find_dates(case: Case) -> Iterator[str]:
    issued = datetime.fromisoformat(case.text("dhEmi"))
    if issued > case.now:
        yield "E0008"
    if case.competence > case.text("dhEmi")[:10]:
        yield "E0015"
    opened = case.book.taxpayer(case.provider).opened
    if opened and case.competence < opened:
        yield "E0018"
    if not case.is_mei and case.competence < case.book.city(case.city).since:
        yield "E0016"


def _find_city(case: Case) -> Iterator[str]:
    entry, taxpayer = case.book.city(case.city), case.book.taxpayer(case.provider)
    if not taxpayer.exists:
        yield "E0082"
    if taxpayer.city and taxpayer.city != case.city:
        yield "E0041" if case.is_mei else "E0084"
    if case.is_mei:
        if case.city not in case.book.catalog.cities_by_ibge:
            yield "E0041"
        return
    if not entry.has_agreement:
        yield "E0037"
    elif not entry.is_member:
        yield "E0038"
    elif not entry.uses_national_issuer:
        yield "E0039"


def _find_signature(case: Case) -> Iterator[str]:
    if not case.checked.present:
        yield "E0717"
        return
    if not case.checked.valid:
        yield "E0714"
    signer = case.signer
    if signer is None:
        return
    if not signer.is_valid_at(case.now):
        yield "E0715"
    if not (signer.signs and signer.document and signer.is_icp):
        yield "E0716"
    elif signer.document != case.provider:
        yield "E0718"
