"""Settings read from environment variables: an empty one is not set, nonsense is an error that names it."""

import json
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

YES = frozenset({"true", "on", "yes", "1"})
NO = frozenset({"false", "off", "no", "0"})


class Environment(environ.Env):
    """django-environ, but strict: `DEBUG=maybe` is refused instead of being false."""

    def get_value(
        self, var: str, cast: Any = None, default: Any = environ.Env.NOTSET, parse_default: bool = False
    ) -> Any:
        value = self.ENVIRON.get(var, "")
        if default is not self.NOTSET and not value.strip():
            return default
        if value.startswith("$"):  # django-environ would take the rest for the name of another variable
            return self.parse_value(value, cast)
        return super().get_value(var, cast=cast, default=default, parse_default=parse_default)

    def bool(self, var: str, default: Any = environ.Env.NOTSET) -> bool:
        value = str(self.get_value(var, default=str(default))).strip().lower()
        if value not in YES | NO:
            raise ImproperlyConfigured(f"{var} must be true or false, not {value!r}")
        return value in YES

    def int(self, var: str, default: Any = environ.Env.NOTSET) -> int:
        value = str(self.get_value(var, cast=str, default=str(default))).strip()
        if not (value.isascii() and value.isdigit()):
            raise ImproperlyConfigured(f"{var} must be a whole number from 0 on, not {value!r}")
        return int(value)

    def day(self, var: str, default: str) -> date:
        """Return a day written as 2027-01-31."""
        value = str(self.get_value(var, cast=str, default=default)).strip()
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise ImproperlyConfigured(f"{var} must be a day like 2027-01-31, not {value!r}") from None

    def choice(self, var: str, default: str, choices: tuple[str, ...]) -> str:
        """Return one of `choices`."""
        value = str(self.get_value(var, cast=str, default=default)).strip()
        if value not in choices:
            raise ImproperlyConfigured(f"{var} must be one of {', '.join(choices)}, not {value!r}")
        return value

    def address(self, var: str, default: str, schemes: tuple[str, ...]) -> str:
        """Return a URL of one of `schemes` without its last slash. The value is not repeated in errors."""
        value = str(self.get_value(var, cast=str, default=default)).strip()
        parts = urlsplit(value)
        if parts.scheme not in schemes or not parts.hostname:
            raise ImproperlyConfigured(f"{var} must be an address like {schemes[0]}://host:port")
        return value.rstrip("/")

    def json_object(self, var: str) -> dict[str, dict[str, str]]:
        """Return a JSON object of objects of text; empty when it is not set."""
        try:
            value = json.loads(str(self.get_value(var, cast=str, default="{}")))
            if all(isinstance(each, str) for item in value.values() for each in item.values()):
                return dict(value)
        except (ValueError, AttributeError):
            pass
        raise ImproperlyConfigured(f'{var} must be JSON like {{"name": {{"field": "text"}}}}')
