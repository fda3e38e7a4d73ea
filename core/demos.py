"""Demo data: `manage.py seed_demo` asks each app that has a `demo` module for its part, as DEMO."""

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

from django.apps import apps
from django.utils.module_loading import module_has_submodule

PASSWORD = "quero-ver-nitro"  # noqa: S105 (refused in production)


@dataclass(frozen=True)
class SignIn:
    """Somebody of the demo: `role` is what `make run` calls them."""

    role: str
    email: str


@dataclass(frozen=True)
class DemoOptions:
    """How to seed; each is the command line of a program, or empty.

    `certificate_maker` makes A1 files: it is called with `--document`, `--holder`, `--password`,
    `--valid-from` and `--valid-until AAAA-MM-DD`, and `--out FILE`. `past_teller` knows what the outside
    world did on days that are over (`PastTeller`); without it the demo begins today.
    """

    certificate_maker: tuple[str, ...] = ()
    past_teller: tuple[str, ...] = ()


class PastTellerFailed(RuntimeError):
    """The program ended instead of answering; what it said is on the terminal."""


class PastTeller:
    """A running program that answers one JSON object a line; the product does not know whose it is."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def ask(self, **question: Any) -> dict[str, Any]:
        """Put one question and return its answer. Raises PastTellerFailed."""
        source, sink = self._process.stdout, self._process.stdin
        if source is None or sink is None:
            raise PastTellerFailed
        try:
            sink.write(f"{json.dumps(question)}\n")
            sink.flush()
            line = source.readline()
        except BrokenPipeError as error:
            raise PastTellerFailed from error
        if not line:
            raise PastTellerFailed
        answer: dict[str, Any] = json.loads(line)
        return answer


@contextmanager
def past_teller(options: DemoOptions) -> Iterator[PastTeller]:
    """Run the program of the options until the block ends."""
    with subprocess.Popen(  # noqa: S603 - the command line of the person at the terminal
        options.past_teller, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield PastTeller(process)
        finally:
            if process.stdin is not None:
                process.stdin.close()


@dataclass(frozen=True)
class Demo:
    """What one app contributes. `seed` may be called again and again: it adds what is missing."""

    sign_ins: tuple[SignIn, ...]
    seed: Callable[[DemoOptions], None]


@cache
def list_demos() -> tuple[Demo, ...]:
    """Return the demo data of all installed apps, in their order."""
    return tuple(
        import_module(f"{app.name}.demo").DEMO
        for app in apps.get_app_configs()
        if app.module is not None and module_has_submodule(app.module, "demo")
    )
