"""Provider, taker, and the certificates' registries (Anexo I: prest, toma)."""

import re
from collections.abc import Iterator

from sandbox.sefin.cases import MEI, NORMAL, SIMPLES, Case
from sandbox.sefin.rules.checks import is_cpf
from sandbox.world.numbers import is_cnpj

EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
# cIndOp that need the taker (E0187), of which these need the address too (E0234).
NEED_TAKER = frozenset(
    (
        "030102",
        "050102",
        "100101",
        "100301",
        "100501",
        "030103",
        "050103",
        "100102",
        "100201",
        "100302",
        "100401",
        "100502",
        "100601",
    )
)


def find(case: Case) -> Iterator[str]:
    yield from _find_provider(case)
    yield from _find_regime(case)
    yield from _find_registration(case)
    yield from _find_taker(case)
    yield from _find_taker_address(case)


def _find_provider(case: Case) -> Iterator[str]:
    if case.has("prest/xNome"):
        yield "E0121"
    if case.has("prest/end"):
        yield "E0128"
    if case.has("prest/email") and not EMAIL.fullmatch(case.text("prest/email")):
        yield "E0148"


def _find_regime(case: Case) -> Iterator[str]:
    path = "prest/regTrib"
    apportionment, special = case.text(f"{path}/regApTribSN"), case.text(f"{path}/regEspTrib")
    known = case.book.taxpayer(case.provider).simples
    if known and known != case.regime:
        yield "E0160"
    if apportionment and case.regime in (MEI, NORMAL):
        yield "E0162"
    if not apportionment and case.regime == SIMPLES:
        yield "E0166"
    if special == "0":
        return
    if case.taxation in ("2", "3", "4"):
        yield "E0172"
    if case.is_mei:
        yield "E0174"
    elif case.regime == SIMPLES and apportionment == "1":
        yield "E0175"
    if not case.is_mei and special not in case.incidence_entry.special_regimes:
        yield "E0177"


def _find_registration(case: Case) -> Iterator[str]:
    """Compare the IM with the CNC, where the book says what the CNC holds."""
    known = case.book.taxpayer(case.provider).municipal_registration
    sent = case.text("prest/IM")
    if known is None:
        return
    if sent and not known:
        yield "E0120"
    elif known and not sent and not case.is_mei:
        yield "E0116"
    elif sent and sent != known and not case.is_mei:
        yield "E0119"


def _find_taker(case: Case) -> Iterator[str]:
    cnpj, cpf = case.text("toma/CNPJ"), case.text("toma/CPF")
    if cnpj and not is_cnpj(cnpj):
        yield "E0188"
    elif cnpj and not case.book.taxpayer(cnpj).exists:
        yield "E0190"
    if cpf and not is_cpf(cpf):
        yield "E0206"
    elif cpf and not case.book.taxpayer(cpf).exists:
        yield "E0207"
    if cnpj and cnpj == case.text("prest/CNPJ"):
        yield "E0202"
    if case.text("valores/trib/tribMun/tpRetISSQN") == "2" and not (cnpj or cpf):
        yield "E0204"
    if case.has("toma/email") and not EMAIL.fullmatch(case.text("toma/email")):
        yield "E0247"
    if case.text("toma/cNaoNIF") == "0":
        yield "E0226"
    if not case.has("toma") and case.text("IBSCBS/cIndOp") in NEED_TAKER:
        yield "E0187"


def _find_taker_address(case: Case) -> Iterator[str]:
    address = "toma/end"
    foreign = case.has("toma/NIF") or case.has("toma/cNaoNIF")
    if case.text("valores/trib/tribMun/tpRetISSQN") == "2" and not case.has(f"{address}/endNac"):
        yield "E0237"
    due_at_taker = case.service is not None and case.service.code == "170501"
    needs = due_at_taker or case.text("IBSCBS/cIndOp") in NEED_TAKER
    if case.has("toma") and needs and not case.has(address):
        yield "E0234"
    city = case.text(f"{address}/endNac/cMun")
    if city and city not in case.book.catalog.cities_by_ibge:
        yield "E0238"
    if case.has(f"{address}/endExt") and not foreign:
        yield "E0223"
    if case.has("toma/NIF") and case.has("prest/CNPJ") and not case.has(f"{address}/endExt"):
        yield "E0242"
    country = case.text(f"{address}/endExt/cPais")
    if country and country not in case.tables.countries:
        yield "E0246"
