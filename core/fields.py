"""Model fields that are encrypted in the database and plain in Python.

They hold no value, so threads may share them. A value read with the wrong key raises DecryptionFailed.
Empty text and None are stored as they are. The ciphertext cannot be searched: use core.crypto.blind_index.
"""

import json
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.lookups import Transform

from core import crypto


class EncryptedTextField(models.TextField):
    """Text, encrypted with core.crypto. Left out of `dumpdata`: a dump is a plain file.

    `keys` names the setting that lists its keys, when they are not those of all fields.
    """

    def __init__(self, *args: Any, keys: str = crypto.FIELD_KEYS, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.keys = keys
        self.serialize = False

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("serialize", None)
        if self.keys != crypto.FIELD_KEYS:
            kwargs["keys"] = self.keys
        return name, path, args, kwargs

    def from_db_value(self, value: str | None, _expression: Any, _connection: BaseDatabaseWrapper) -> Any:
        return None if value is None else self.to_plain(crypto.decrypt(value, self.keys))

    def get_db_prep_save(self, value: Any, connection: BaseDatabaseWrapper) -> Any:
        if value is None or hasattr(value, "resolve_expression"):
            return super().get_db_prep_save(value, connection)
        return crypto.encrypt(self.to_text(value), self.keys)

    def get_lookup(self, lookup_name: str) -> Any:
        """Refuse to compare ciphertext, which would never match."""
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None

    def get_transform(self, _lookup_name: str) -> type[Transform] | None:
        return None

    def to_text(self, value: Any) -> str:
        return str(value)

    def to_plain(self, text: str) -> Any:
        return text


class EncryptedJSONField(EncryptedTextField):
    """Any JSON value, encrypted with core.crypto."""

    def to_text(self, value: Any) -> str:
        return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False, separators=(",", ":"))

    def to_plain(self, text: str) -> Any:
        return json.loads(text) if text else None


class EncryptedBytesField(EncryptedTextField):
    """Bytes of any kind, encrypted with core.crypto. Each byte is one character of the encrypted text, so
    that text in ASCII, as most bodies are, grows no further."""

    def to_text(self, value: Any) -> str:
        return bytes(value).decode("latin-1")

    def to_plain(self, text: str) -> Any:
        return text.encode("latin-1")
