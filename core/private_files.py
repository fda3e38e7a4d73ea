"""Files with people's data on disk: encrypted, and outside every folder that is served (R28, R105).

Each file has a key of its own, which its row keeps in an EncryptedTextField: rotating the keys of the
fields touches no file, and a deleted row leaves bytes that nobody opens.

A file is a sequence of AES-256-GCM frames of 64 KiB. The nonce counts the frames and marks the last one,
so that frames cannot be cut off, swapped or taken from another file; `owner` is authenticated with each.
"""

import base64
import hashlib
import io
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from core.crypto import DecryptionFailed
from core.errors import NitroError

FRAME = 64 * 1024
_TAG = 16
_WORK = "work"


class FileMissing(NitroError):
    """The row says that there is a file, and the disk has none."""

    message = "O arquivo não está mais no servidor. Peça-o de novo."


def new_key() -> str:
    """Return the key of one new file. Never use it for a second file."""
    return base64.b64encode(AESGCM.generate_key(256)).decode("ascii")


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
        self._frames = _Frames(key, owner)
        self._buffer = bytearray()
        self._digest = hashlib.sha256()
        descriptor = os.open(self._part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._file: IO[bytes] = open(descriptor, "wb")  # noqa: SIM115 -- __exit__ closes it

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        piece = bytes(data)  # type: ignore[call-overload]
        self.size += len(piece)
        self._digest.update(piece)
        self._buffer += piece
        while len(self._buffer) > FRAME:  # one byte more: the last frame is written at the end
            self._file.write(self._frames.seal(bytes(self._buffer[:FRAME]), is_last=False))
            del self._buffer[:FRAME]
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
                self._file.write(self._frames.seal(bytes(self._buffer), is_last=True))
                self._file.flush()
                os.fsync(self._file.fileno())
                os.replace(self._part, self._path)
        finally:
            _close_quietly(self._file)
            self._part.unlink(missing_ok=True)
            self.close()


def read_private(name: str, *, key: str, owner: str) -> Iterator[bytes]:
    """Yield the plain bytes of a file, frame by frame, each authenticated.

    The first frame is opened before this returns. Raises:
        FileMissing.
        DecryptionFailed: another key or owner, or somebody changed the file or cut it.
    """
    try:
        file = open(get_path(name), "rb")  # noqa: SIM115 -- the generator closes it
    except FileNotFoundError as error:
        raise FileMissing from error
    pieces = _open_frames(file, _Frames(key, owner))
    return _chain(next(pieces), pieces)


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


class _Frames:
    """The cipher of one file, counting its frames."""

    def __init__(self, key: str, owner: str) -> None:
        self._cipher = AESGCM(base64.b64decode(key))
        self._owner = owner.encode()
        self._number = 0

    def seal(self, plain: bytes, *, is_last: bool) -> bytes:
        return self._cipher.encrypt(self._nonce(is_last), plain, self._owner)

    def open(self, sealed: bytes, *, is_last: bool) -> bytes:
        try:
            return self._cipher.decrypt(self._nonce(is_last), sealed, self._owner)
        except InvalidTag:
            raise DecryptionFailed from None

    def _nonce(self, is_last: bool) -> bytes:
        self._number += 1
        return self._number.to_bytes(11, "big") + bytes([is_last])


def _open_frames(file: IO[bytes], frames: _Frames) -> Iterator[bytes]:
    with file:
        sealed = file.read(FRAME + _TAG)
        while following := file.read(FRAME + _TAG):
            yield frames.open(sealed, is_last=False)
            sealed = following
        yield frames.open(sealed, is_last=True)


def _chain(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _is_older(path: Path, limit: float) -> bool:
    try:
        return path.stat().st_mtime < limit
    except FileNotFoundError:
        return False


def _close_quietly(file: IO[bytes]) -> None:
    """A full disk fails again at the close; what matters was raised already."""
    try:
        file.close()
    except OSError:
        return
