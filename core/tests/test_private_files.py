import errno
import hashlib
import os
import time
import zipfile

import pytest

from core.crypto import DecryptionFailed
from core.private_files import (
    PIECE,
    FileMissing,
    PrivateWriter,
    delete_strays,
    get_path,
    new_key,
    read_private,
    work_folder,
)

NAME, OWNER = "packages/1/one.zip", "package:1"


@pytest.fixture(autouse=True)
def root(settings, tmp_path):
    settings.FILES_ROOT = tmp_path / "files"
    return settings.FILES_ROOT


def write(data, key, name=NAME, owner=OWNER):
    with PrivateWriter(name, key=key, owner=owner) as file:
        for start in range(0, len(data), 10_000):
            file.write(data[start : start + 10_000])
    return file


def read(key, name=NAME, owner=OWNER):
    return b"".join(read_private(name, key=key, owner=owner))


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE, 3 * PIECE + 5])
def test_what_is_written_is_read_again(size):
    key, data = new_key(), os.urandom(size)

    file = write(data, key)

    assert read(key) == data
    assert (file.size, file.sha256) == (size, hashlib.sha256(data).hexdigest())


def test_the_disk_holds_nothing_readable(root):
    write(b"Padaria Central " * 100, new_key())

    stored = get_path(NAME)
    assert b"Padaria" not in stored.read_bytes()
    assert stored.stat().st_mode & 0o077 == 0
    assert stored.parent.stat().st_mode & 0o077 == 0


def test_another_key_or_owner_opens_nothing():
    key = new_key()
    write(b"segredo", key)

    with pytest.raises(DecryptionFailed):
        read(new_key())
    with pytest.raises(DecryptionFailed):
        read(key, owner="package:2")


@pytest.mark.parametrize("keep", [0, 10, PIECE, 2 * PIECE])
def test_a_file_that_was_cut_is_not_taken_for_whole(keep):
    key = new_key()
    write(os.urandom(3 * PIECE), key)
    os.truncate(get_path(NAME), keep)

    with pytest.raises(DecryptionFailed):
        read(key)


def test_a_file_that_was_changed_is_not_read():
    key = new_key()
    write(os.urandom(3 * PIECE), key)
    sealed = bytearray(get_path(NAME).read_bytes())
    sealed[2 * PIECE] ^= 1
    get_path(NAME).write_bytes(sealed)

    with pytest.raises(DecryptionFailed):
        read(key)


def test_after_an_error_nothing_stays(root):
    with pytest.raises(TypeError), PrivateWriter(NAME, key=new_key(), owner=OWNER) as file:
        file.write([b"x" * 200_000])

    assert [path for path in root.glob("**/*") if path.is_file()] == []


def test_a_full_disk_is_told_and_leaves_nothing(root, monkeypatch):
    def full(_descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write(b"x" * 200_000, new_key())

    assert [path for path in root.glob("**/*") if path.is_file()] == []


def test_a_file_that_is_gone_is_told():
    with pytest.raises(FileMissing):
        read(new_key())


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "packages/../../x"])
def test_no_name_leads_outside(name):
    with pytest.raises(ValueError, match="FILES_ROOT"):
        get_path(name)


def test_a_zip_can_be_written_into_it(tmp_path):
    key = new_key()
    with (
        PrivateWriter(NAME, key=key, owner=OWNER) as file,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        made.writestr("a.xml", "<a/>" * 50_000)
        made.writestr("b.txt", "b")

    plain = tmp_path / "plain.zip"
    plain.write_bytes(read(key))
    with zipfile.ZipFile(plain) as found:
        assert found.testzip() is None
        assert found.namelist() == ["a.xml", "b.txt"]


def test_strays_go_when_they_are_old(root):
    key = new_key()
    write(b"known", key)
    write(b"stray", new_key(), "packages/1/two.zip")
    (work_folder() / "xlsx1").mkdir()
    write(b"young", new_key(), "packages/1/three.zip")
    now = time.time()
    for path in (get_path(NAME), get_path("packages/1/two.zip"), work_folder() / "xlsx1"):
        os.utime(path, (now, now - 10_000))
    os.utime(get_path("packages/1/three.zip"), (now, now))

    assert delete_strays("packages", known={NAME}, older_than_seconds=3600) == 2
    assert sorted(path.name for path in root.glob("**/*.zip")) == ["one.zip", "three.zip"]
