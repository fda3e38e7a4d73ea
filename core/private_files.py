"""Files with people's data on disk: encrypted, and outside every folder that is served (R28, R105).

Each file has a key of its own, which its row keeps in an EncryptedTextField: rotating the keys of the
fields touches no file, and a deleted row leaves bytes that nobody opens. Tink's streaming AEAD encrypts
(AES-256-GCM in segments): nothing can be cut off, swapped or taken from another file, and `owner` is
authenticated with the whole.
"""

import hashlib
import io
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import tink
from django.conf import settings
from tink import json_proto_keyset_format, secret_key_access, streaming_aead

from core.crypto import DecryptionFailed
from core.errors import NitroError

PIECE = 64 * 1024
_WORK = "work"


class FileMissing(NitroError):
    """The row says that there is a file, and the disk has none."""

    message = "O arquivo não está mais no servidor. Peça-o de novo."


def new_key() -> str:
    """Return the key of one new file. Never use it for a second file."""
    _register()
    keyset = tink.new_keyset_handle(streaming_aead.streaming_aead_key_templates.AES256_GCM_HKDF_4KB)
    return str(json_proto_keyset_format.serialize(keyset, secret_key_access.TOKEN))


def get_path(name: str) -> Path:
    """Return where a file lies. `name` is relative to settings.FILES_ROOT and comes from our own rows."""
    root = Path(settings.FILES_ROOT).resolve()
    path = (root / name).resolve()
    if not path.is_relative_to(root):
        raise ValueError("a private file lies under FILES_ROOT")
    return path


def work_folder() -> Path:
    """Return a folder for what is plain while a file is being made; only our own user reads it."""
    folder = get_path(_WORK)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


class PrivateWriter(io.RawIOBase):
    """A file on its way to the disk, written once from beginning to end. Use it as a context manager.

    It gets its name at the end, whole; after an error nothing of it stays. `size` and `sha256` are of the
    plain bytes. Raises OSError when the disk is full or may not be written.
    """

    def __init__(self, name: str, *, key: str, owner: str) -> None:
        super().__init__()
        self.size = 0
        self._path = get_path(name)
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._part = self._path.with_name(f"{self._path.name}.{secrets.token_hex(4)}.part")
        self._digest = hashlib.sha256()
        descriptor = os.open(self._part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._file: BinaryIO = open(descriptor, "wb")  # noqa: SIM115 -- closing the sealer closes it
        self._sealer = _cipher(key).new_encrypting_stream(self._file, owner.encode())

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        piece = bytes(data)  # type: ignore[call-overload]
        self.size += len(piece)
        self._digest.update(piece)
        with _disk_errors():
            self._sealer.write(piece)
        return len(piece)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                with _disk_errors():
                    self._sealer.close()  # writes the last segment, without which the file is not whole
                _sync(self._part)
                os.replace(self._part, self._path)
        finally:
            with suppress(OSError, tink.TinkError):  # a full disk fails again; what matters was raised
                self._sealer.close()
            self._file.close()
            self._part.unlink(missing_ok=True)
            self.close()


def read_private(name: str, *, key: str, owner: str) -> Iterator[bytes]:
    """Yield the plain bytes of a file, piece by piece, each authenticated.

    The first piece is opened before this returns. Raises:
        FileMissing.
        DecryptionFailed: another key or owner, or somebody changed the file or cut it.
    """
    try:
        file = open(get_path(name), "rb")  # noqa: SIM115 -- closing the opener closes it
    except FileNotFoundError as error:
        raise FileMissing from error
    pieces = _open_pieces(_cipher(key).new_decrypting_stream(file, owner.encode()))
    first = next(pieces)
    return chain([first], pieces)


def delete_private(name: str) -> None:
    """Remove a file; one that is not there is fine."""
    get_path(name).unlink(missing_ok=True)


def delete_strays(folder: str, *, known: set[str], older_than_seconds: float) -> int:
    """Remove what killed processes left under a folder and in the work folder, and return how many.

    `known` are the names of the files that rows still have. What is younger may be in the making.
    """
    limit = time.time() - older_than_seconds
    found = [path for path in get_path(folder).glob("**/*") if path.is_file()]
    strays = [path for path in found if str(path.relative_to(get_path(""))) not in known]
    strays += get_path(_WORK).glob("*")
    removed = 0
    for path in strays:
        if _is_older(path, limit):
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
            removed += 1
    return removed


@cache
def _register() -> None:
    streaming_aead.register()


def _cipher(key: str) -> streaming_aead.StreamingAead:
    _register()
    try:
        keyset = json_proto_keyset_format.parse(key, secret_key_access.TOKEN)
    except tink.TinkError:
        raise DecryptionFailed from None
    return keyset.primitive(streaming_aead.StreamingAead)


def _open_pieces(opener: BinaryIO) -> Iterator[bytes]:
    """Yield at least one piece, so that also an empty file is authenticated."""
    with opener:
        try:
            yield opener.read(PIECE)
            while piece := opener.read(PIECE):
                yield piece
        except tink.TinkError:
            raise DecryptionFailed from None


@contextmanager
def _disk_errors() -> Iterator[None]:
    """Tink writes to the disk and says in words of its own that it could not."""
    try:
        yield
    except tink.TinkError as error:
        raise OSError(str(error)) from error


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _is_older(path: Path, limit: float) -> bool:
    try:
        return path.stat().st_mtime < limit
    except FileNotFoundError:
        return False
