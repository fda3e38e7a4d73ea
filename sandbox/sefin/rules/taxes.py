"""ISS, federal taxes and totals (Anexo I: valores)."""

from collections.abc import Iterator
from decimal import Decimal

from sandbox.sefin.amounts import CENT, compute
from sandbox.sefin.cases import MEI, NORMAL, SIMPLES, Case
from sandbox.sefin.rules.service import NO_TAX

MUNICIPAL, FEDERAL = "valores/trib/tribMun", "valores/trib/tribFed"
LEAST_SIMPLES_RATE = Decimal("1.80")
DEDUCTIBLE = frozenset(("06.01", "06.02", "07.02", "07.05"))  # inside Simples
MOST_RATE = Decimal(5)


def find(case: Case) -> Iterator[str]:
    yield from _find_values(case)
    yield from _find_taxation(case)
    yield from _find_withholding(case)
    yield from _find_rate(case)
    yield from _find_federal(case)
    yield from _find_totals(case)


def _find_values(case: Case) -> Iterator[str]:
    taken = case.unconditional_discount + case.deductions + case.benefit
    if case.has("valores/vServPrest/vReceb"):
        yield "E0424"
    if case.value < taken:
        yield "E0427"
    sums = compute(case)
    if not case.is_mei and case.value < taken + case.conditional_discount + sums.withheld:
        yield "E0428"
    for name, code in (("vDescIncond", "E0431"), ("vDescCond", "E0432")):
        path = f"valores/vDescCondIncond/{name}"
        if case.has(path) and not 0 < case.amount(path) < case.value:
            yield code
    if case.has("valores/vDedRed"):
        yield from _find_deduction(case)
    if sums.net < 0:
        yield "E1508"


def _find_deduction(case: Case) -> Iterator[str]:
    if case.is_mei:
        yield "E0436"
    inside = case.regime == SIMPLES and case.text("prest/regTrib/regApTribSN") == "1"
    if inside and not (case.service and case.service.subitem in DEDUCTIBLE):
        yield "E0441"


def _find_taxation(case: Case) -> Iterator[str]:
    if case.text("serv/cServ/cTribNac") == NO_TAX and case.taxation != "4":
        yield "E0532"
    if (case.taxation == "2") != case.has(f"{MUNICIPAL}/tpImunidade"):
        yield "E0592"


def _find_withholding(case: Case) -> Iterator[str]:
    if not case.withholds:
        return
    if case.taxation != "1":
        yield "E0580"
    if case.is_mei:
        yield "E0583"
    if case.text("prest/regTrib/regEspTrib") != "0":
        yield "E0588"


def _find_rate(case: Case) -> Iterator[str]:
    informed, rate = case.has(f"{MUNICIPAL}/pAliq"), case.amount(f"{MUNICIPAL}/pAliq")
    special = case.text("prest/regTrib/regEspTrib") != "0"
    if informed and rate > MOST_RATE:
        yield "E0595"
    if case.is_mei:
        if informed:
            yield "E0600"
        return
    if informed and case.taxation != "1":
        yield "E0602"
    if informed and special:
        yield "E0604"
    if case.taxation == "1" and not case.is_abroad:
        yield from _find_rate_of_regime(case, informed, rate, special)


def _find_rate_of_regime(case: Case, informed: bool, rate: Decimal, special: bool) -> Iterator[str]:
    """Apply the tables of national.md §5.5: who may, must and must not inform the rate."""
    active = case.incidence_entry.has_agreement and case.incidence_entry.is_member
    if case.regime == NORMAL:
        if informed and active:
            yield "E0617"
        if not informed and not active and not special:
            yield "E0619"
    elif case.text("prest/regTrib/regApTribSN") != "1":
        if informed and active:
            yield "E0635"
        if not informed and not active:
            yield "E0640"
    elif case.withholds:
        if not informed or rate < LEAST_SIMPLES_RATE:
            yield "E0621" if active else "E0628"
    elif informed:
        yield "E0625" if active else "E0631"


def _find_federal(case: Case) -> Iterator[str]:
    if not case.has(FEDERAL):
        return
    if case.is_mei:
        yield "E0676"
    own = f"{FEDERAL}/piscofins"
    base = case.amount(f"{own}/vBCPisCofins")
    if base > case.value:
        yield "E0677"
    for tax, code in (("Pis", "E0694"), ("Cofins", "E0696")):
        expected = base * case.amount(f"{own}/pAliq{tax}") / 100
        if case.has(f"{own}/v{tax}") and abs(case.amount(f"{own}/v{tax}") - expected) > CENT:
            yield code
    for name, code in (("vRetCP", "E0699"), ("vRetIRRF", "E0700"), ("vRetCSLL", "E0701")):
        path = f"{FEDERAL}/{name}"
        if case.has(path) and not 0 < case.amount(path) < case.value:
            yield code
    kind, withheld = case.text(f"{own}/tpRetPisCofins"), case.has(f"{FEDERAL}/vRetCSLL")
    if kind == "0" and withheld:
        yield "E0720"
    if kind not in ("", "0", "2") and not withheld:
        yield "E0724"


def _find_totals(case: Case) -> Iterator[str]:
    path = "valores/trib/totTrib"
    of_simples, none = case.has(f"{path}/pTotTribSN"), case.has(f"{path}/indTotTrib")
    if case.regime == MEI and of_simples:
        yield "E0710"
    if case.regime == SIMPLES and none:
        yield "E0712"
    if case.regime == NORMAL and (of_simples or none):
        yield "E0713"
