"""The handlers of the house. Each app lists its own in `<app>/handlers.py`, as HANDLERS and LETTERS."""

from collections.abc import Iterable
from importlib import import_module

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import module_has_submodule

from queue_worker.errors import UnknownKind
from queue_worker.policy import Handler

_handlers: dict[str, Handler] = {}


def register(handlers: Iterable[Handler]) -> None:
    """Take these lines into the house's table. Raises ImproperlyConfigured for a kind that is there."""
    for handler in handlers:
        if handler.kind in _handlers:
            raise ImproperlyConfigured(f"two handlers for {handler.kind}")
        _handlers[handler.kind] = handler


def register_apps() -> None:
    """Register the tables of all installed apps."""
    for app in apps.get_app_configs():
        if app.module is not None and module_has_submodule(app.module, "handlers"):
            module = import_module(f"{app.name}.handlers")
            register(getattr(module, "HANDLERS", ()))
            register(letter.as_handler() for letter in getattr(module, "LETTERS", ()))


def get_handler(kind: str) -> Handler:
    """Return the handler of a kind. Raises UnknownKind."""
    try:
        return _handlers[kind]
    except KeyError as error:
        raise UnknownKind(f"no handler is registered for {kind!r}") from error


def list_kinds() -> list[str]:
    """Return every registered kind, sorted."""
    return sorted(_handlers)
