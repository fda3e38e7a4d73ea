"""A stage of one person and one or more companies, on a clock of its own, for tests of whole dialogs."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache

from nfse.tests.firms import make_city
from sandbox.testing import Sandbox
from whatsapp.management.rehearsal.clock import RehearsalClock, running
from whatsapp.management.rehearsal.emulators import Emulators
from whatsapp.management.rehearsal.player import Player
from whatsapp.management.rehearsal.stage import COMPANIES, PFX_PASSWORD, PORTO_ALEGRE, build_stage

START = datetime(2026, 12, 1, 13, 0, tzinfo=UTC)


@contextmanager
def stage_of(sandbox: Sandbox, companies: int = 1, **how: bool) -> Iterator[Player]:
    """Yield a person whose firm has so many companies, all ready to issue."""
    make_city(PORTO_ALEGRE, "Porto Alegre", "RS")
    with running(START) as clock:
        emulators = follow(clock)
        stage = build_stage(COMPANIES[:companies], lambda cnpj, name: make_pfx(sandbox, cnpj, name), **how)
        emulators.connect(stage.channel)
        yield Player(stage, clock, emulators)


def follow(clock: RehearsalClock) -> Emulators:
    """Return the emulators, which go by the clock."""
    emulators = Emulators()
    emulators.prepare()
    clock.followers.append(lambda moment: emulators.set_clock(moment, datetime.now(UTC)))
    clock.move_to(clock.now())
    return emulators


def number_of(player: Player) -> int:
    """Return the number of the person's only note: SEFIN chooses it, and skips some."""
    (request,) = player.requests()
    return request.invoice.number


@cache
def make_pfx(sandbox: Sandbox, document: str, holder: str) -> bytes:
    years = {"valid_from": datetime(2020, 1, 1, tzinfo=UTC), "valid_until": datetime(2040, 1, 1, tzinfo=UTC)}
    return sandbox.make_pfx(document, holder, password=PFX_PASSWORD, **years)
