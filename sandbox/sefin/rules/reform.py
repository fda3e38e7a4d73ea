"""IBS and CBS (Anexo I: IBSCBS)."""

from collections.abc import Iterator

from sandbox.sefin.cases import Case
from sandbox.sefin.rules.service import WORKS
from sandbox.world.numbers import is_cnpj

OF_REAL_ESTATE = frozenset(("020101", "020201", "020301"))
FIRST_DAY = "2026-01-01"
WITH_OPERATION = frozenset(("25.05", "15.09", "17.12", "10.05"))


def find(case: Case) -> Iterator[str]:
    if not case.has("IBSCBS"):
        return
    if case.competence < FIRST_DAY:
        yield "E0850"
    if case.version != "1.01":
        yield "E0854"
    if case.text("IBSCBS/cIndOp") not in case.tables.operation_indicators:
        yield "E0901"
    needed = (case.service is not None and case.service.subitem in WITH_OPERATION) or case.has(
        "IBSCBS/tpEnteGov"
    )
    if needed != case.has("IBSCBS/tpOper"):
        yield "E0903" if needed else "E0904"
    if case.has("IBSCBS/dest") and case.text("IBSCBS/indDest") == "0":
        yield "E0910"
    of_real_estate = case.text("IBSCBS/cIndOp") in OF_REAL_ESTATE
    if of_real_estate and case.text("serv/cServ/cTribNac") not in WORKS and not case.has("IBSCBS/imovel"):
        yield "E0932"
    recipient = case.text("IBSCBS/dest/CNPJ")
    if recipient and not is_cnpj(recipient):
        yield "E0911"
    path = "IBSCBS/valores/trib/gIBSCBS"
    if not case.text(f"{path}/cClassTrib").startswith(case.text(f"{path}/CST")):
        yield "E0959"
