"""Encryption of single values with keys that rotate, and keyed hashes for look-ups (R28)."""

import hashlib
import hmac
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from core.errors import NitroError

FIELD_KEYS = "FIELD_ENCRYPTION_KEYS"
"""The setting that lists the keys of most fields; what needs keys of its own names another setting."""


class DecryptionFailed(NitroError):
    """No configured key opens the stored value."""

    message = "Um dado protegido não pôde ser lido. A operação do Nitro precisa conferir as chaves."


def encrypt(text: str, keys: str = FIELD_KEYS) -> str:
    """Return `text` encrypted with the first key of the setting `keys`. Empty text stays empty."""
    return _fernet(keys).encrypt(text.encode()).decode("ascii") if text else ""


def decrypt(token: str, keys: str = FIELD_KEYS) -> str:
    """Return the text of a token made by `encrypt`, trying every key of the setting `keys`.

    Raises DecryptionFailed for a wrong key and for anything that is not a token; never returns the token.
    """
    if not token:
        return ""
    try:
        return _fernet(keys).decrypt(token.encode()).decode()
    except (InvalidToken, UnicodeDecodeError):
        raise DecryptionFailed from None


def is_current(token: str, keys: str = FIELD_KEYS) -> bool:
    """Return whether the first configured key made the token: false means that it must be rotated."""
    if not token:
        return True
    try:
        _keyring(keys, tuple(getattr(settings, keys)[:1])).decrypt(token.encode())
    except InvalidToken:
        return False
    return True


def validate_keys() -> None:
    """Raise ImproperlyConfigured unless the settings hold keys that can be used."""
    if not settings.FIELD_ENCRYPTION_KEYS or not settings.BLIND_INDEX_KEY:
        raise ImproperlyConfigured("FIELD_ENCRYPTION_KEYS and BLIND_INDEX_KEY must not be empty")
    _fernet(FIELD_KEYS)


def blind_index(value: str, context: str) -> str:
    """Return a keyed hash (64 hexadecimal digits) by which an encrypted value can be found.

    `context` names the field ("app.model.field"), so that equal values of two fields have unlike hashes.
    """
    message = f"{context}\0{value}".encode()
    return hmac.new(settings.BLIND_INDEX_KEY.encode(), message, hashlib.sha256).hexdigest()


def _fernet(setting: str) -> MultiFernet:
    return _keyring(setting, tuple(getattr(settings, setting)))


@lru_cache(maxsize=8)
def _keyring(setting: str, keys: tuple[str, ...]) -> MultiFernet:
    try:
        return MultiFernet([Fernet(key) for key in keys])
    except ValueError:
        raise ImproperlyConfigured(
            f"{setting} must be Fernet keys (32 bytes in URL-safe base64) separated by commas"
        ) from None
