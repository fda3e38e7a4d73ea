"""Classes named in settings: providers that an installation may choose."""

from collections.abc import Sequence
from typing import Any

from django.utils.module_loading import import_string


def build_classes(paths: Sequence[str], base: type) -> tuple[Any, ...]:
    """Build each class. A path that is not a `base` fails loudly (TypeError): settings hold nonsense."""
    classes = [import_string(path) for path in paths]
    for found in classes:
        if not (isinstance(found, type) and issubclass(found, base)):
            raise TypeError(f"{found!r} is not a {base.__name__}")
    return tuple(found() for found in classes)
