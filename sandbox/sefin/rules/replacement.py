"""A DPS that takes the place of a note (national.md §9.3)."""

import gzip
from collections.abc import Iterator
from datetime import datetime, timedelta

from lxml import etree

from sandbox.sefin.cases import NORMAL, Case
from sandbox.sefin.documents import Node
from sandbox.sefin.environments import SAO_PAULO
from sandbox.sefin.keys import check_digit
from sandbox.sefin.note_state import (
    CONFIRMATIONS,
    DENIED,
    REPLACE,
    TACIT,
    is_cancelled,
    is_in_analysis,
    is_locked,
)
from sandbox.sefin.store import Note

SIMPLES_CHANGES = ("01", "02")  # cMotivo that no deadline holds for
OF_NORMAL = ("dCompet", "serv/cServ/cTribMun", "serv/locPrest/cLocPrestacao", "serv/locPrest/cPaisPrestacao")
OF_SIMPLES = ("toma/CNPJ", "toma/CPF", "toma/NIF", "dCompet", "valores/vServPrest/vServ")
SUBITEM = 4  # digits


def find(case: Case) -> Iterator[str]:
    if not case.has("subst"):
        return
    key = case.text("subst/chSubstda")
    if case.text("subst/cMotivo") == "99" and not case.has("subst/xMotivo"):
        yield "E0078"
    own = f"{case.city}", case.provider.zfill(14)
    digits = key.isdigit() and check_digit(key[:49]) != key[49]
    if digits or (key[:7], key[9:23]) != own:
        yield "E0042"
        return
    if key[7] == "1":
        yield "E0065"
        return
    old = case.store.find_note(case.environment.name, key)
    if old is None:
        yield "E0044"
        return
    yield from _find_obstacles(case, old)
    yield from _find_city_limits(case, old)
    yield from _find_changes(case, old)


def _find_obstacles(case: Case, old: Note) -> Iterator[str]:
    events = case.store.list_events(old.environment, old.access_key)
    codes = {event.code for event in events}
    checks = {
        "E0046": is_cancelled(events),
        "E0068": is_in_analysis(events) or DENIED in codes,
        "E0070": bool(codes & CONFIRMATIONS),
        "E0072": TACIT in codes,
        "E0076": is_locked(REPLACE, events),
    }
    yield from (code for code, holds in checks.items() if holds)


def _find_city_limits(case: Case, old: Note) -> Iterator[str]:
    city = case.book.city(old.city)
    issued = datetime.fromisoformat(old.issued_at).replace(tzinfo=SAO_PAULO)
    late = city.replace_days is not None and case.now > issued + timedelta(days=city.replace_days)
    if late and case.text("subst/cMotivo") not in SIMPLES_CHANGES:
        yield "E0050"
    if not city.replaces_without_taker and not old.taker:
        yield "E0056"
    if not city.replaces_other_taker and old.taker != case.taker:
        yield "E0058"


def _find_changes(case: Case, old: Note) -> Iterator[str]:
    """Compare with the note replaced what its regime may not change."""
    before = Node(etree.fromstring(gzip.decompress(old.xml))).node("infNFSe/DPS/infDPS")
    if before is None:
        return
    fields = OF_NORMAL if case.regime == NORMAL else OF_SIMPLES
    changed = any(_same_form(before.text(path)) != _same_form(case.text(path)) for path in fields)
    if case.regime == NORMAL:
        code = "serv/cServ/cTribNac"
        changed |= before.text(code)[:SUBITEM] != case.text(code)[:SUBITEM]
    if changed:
        yield "E0060" if case.regime == NORMAL else "E0061"


def _same_form(text: str) -> str:
    """Let 250 and 250.00 be the same."""
    return text.removesuffix(".00")
