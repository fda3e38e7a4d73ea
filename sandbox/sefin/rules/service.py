"""What was done, where, for abroad or not (Anexo I: serv)."""

from collections.abc import Iterator

from sandbox.sefin.cases import Case

WORKS = frozenset(
    (
        "070201",
        "070202",
        "070401",
        "070501",
        "070502",
        "070601",
        "070602",
        "070701",
        "070801",
        "071701",
        "071901",
        "141403",
        "141404",
    )
)
NO_TAX = "990101"
WATERS = "0000000"


def find(case: Case) -> Iterator[str]:
    yield from _find_place(case)
    yield from _find_codes(case)
    yield from _find_groups(case)
    yield from _find_foreign_trade(case)
    yield from _find_export(case)


def _find_place(case: Case) -> Iterator[str]:
    place = case.text("serv/locPrest/cLocPrestacao")
    if place and place != WATERS and place not in case.book.catalog.cities_by_ibge:
        yield "E0302"
    country = case.text("serv/locPrest/cPaisPrestacao")
    if country and country not in case.tables.countries:
        yield "E0304"


def _find_codes(case: Case) -> Iterator[str]:
    code, municipal = case.text("serv/cServ/cTribNac"), case.text("serv/cServ/cTribMun")
    nbs = case.text("serv/cServ/cNBS")
    if case.service is None:
        yield "E0310"
    elif not case.is_mei and code in case.incidence_entry.services_off:
        yield "E0312"
    if municipal and not municipal.strip("0"):
        yield "E0315"
    if nbs and nbs not in case.tables.nbs:
        yield "E0316"
    if not nbs and (case.has_foreign_taker or case.is_abroad):
        yield "E0318"
    if not nbs and case.has("IBSCBS"):
        yield "E0322"


def _find_groups(case: Case) -> Iterator[str]:
    code = case.text("serv/cServ/cTribNac")
    for group, needed, missing, superfluous in (
        ("serv/obra", code in WORKS, "E0370", "E0372"),
        ("serv/atvEvento", code.startswith("12"), "E0390", "E0392"),
    ):
        if needed and not case.has(group):
            yield missing
        if case.has(group) and not needed and code != NO_TAX:
            yield superfluous


def _find_foreign_trade(case: Case) -> Iterator[str]:
    path = "serv/comExt"
    if not case.has(path):
        if case.has_foreign_taker or case.is_abroad or case.taxation == "3":
            yield "E0330"
        return
    unknown = {"mdPrestacao": ("0", "E0333"), "mecAFComexP": ("00", "E0341"), "mecAFComexT": ("00", "E0343")}
    unknown["movTempBens"] = ("0", "E0345")
    for name, (value, code) in unknown.items():
        if case.text(f"{path}/{name}") == value:
            yield code
    if case.text(f"{path}/movTempBens") == "3" and not case.has(f"{path}/nRE"):
        yield "E0356"


def _find_export(case: Case) -> Iterator[str]:
    """Judge export by where the service was done and where its ISS is due (national.md §5.7)."""
    rule = case.service.incidence if case.service else "EP"
    foreign, result = case.has_foreign_taker, case.has("valores/trib/tribMun/cPaisResult")
    if case.taxation == "3" and not case.is_abroad:
        if rule == "LP" or (rule == "ET" and not foreign):
            yield "E0529"
        elif not result:
            yield "E0590"
    if case.taxation == "1" and case.is_abroad and (rule == "LP" or (rule == "ET" and foreign)):
        yield "E0530"
