"""Demo data: `manage.py seed_demo` asks each app that has a `demo` module for its part, as DEMO."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module

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
    """How to seed. `certificate_maker`: the command line of a program that makes A1 files, or empty.

    It is called with `--document`, `--holder`, `--password`, `--valid-until AAAA-MM-DD` and `--out FILE`.
    """

    certificate_maker: tuple[str, ...] = ()


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
