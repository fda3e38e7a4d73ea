"""Backup, loss, restore: the same rows and the same money. `make test-deploy` installs age."""

import os
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from embedded.servers import POSTGRES_BIN

DEPLOY = Path(__file__).resolve().parents[1]
SERVER = urlsplit(os.environ["DATABASE_URL"])
TABLES = """
CREATE TABLE credits_ledgerentry (id bigserial PRIMARY KEY, amount bigint, at timestamptz DEFAULT now());
CREATE TABLE credits_wallet (id bigserial PRIMARY KEY, balance bigint);
INSERT INTO credits_ledgerentry (amount) SELECT n FROM generate_series(1, 500) n;
INSERT INTO credits_wallet (balance) SELECT n FROM generate_series(1, 7) n;
"""
CHECKSUM = "SELECT sum(hashtextextended(e::text, 0)::numeric) FROM credits_ledgerentry e"


class Machine:
    """A folder that stands for a server's file system, with a database of its own."""

    def __init__(self, home):
        self.home = home
        self.told = home / "told"
        manage = home / "manage"
        manage.write_text(f'#!/bin/sh\necho "$*" >>{self.told}\n')
        manage.chmod(0o755)
        (home / "etc").mkdir()
        (home / "files").mkdir()
        (home / "files" / "nota.xml").write_text("<NFSe/>")
        (home / "etc" / "nitro.env").write_text("SECRET_KEY=muito-secreto\n")
        key = self.run("age-keygen", "-o", str(home / "etc" / "backup.key"))
        public = key.stderr.split()[-1]
        (home / "etc" / "backup.recipients").write_text(public + "\n")

    def run(self, *command, **variables):
        environment = {
            **{name: os.environ[name] for name in ("PATH", "HOME")},
            "PGHOST": SERVER.hostname,
            "PGPORT": str(SERVER.port),
            "PGUSER": SERVER.username,
            "NITRO_POSTGRES_BIN": str(POSTGRES_BIN),
            "NITRO_ROOT": str(self.home),
            "NITRO_ETC": str(self.home / "etc"),
            "NITRO_FILES": str(self.home / "files"),
            "NITRO_DATABASE": "backup_test",
            "NITRO_DATABASE_OWNER": SERVER.username,
            "NITRO_MANAGE": str(self.home / "manage"),
            "NITRO_SYSTEMCTL": "true",
            "BACKUP_DIR": str(self.home / "backups"),
            **variables,
        }
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)

    def script(self, name, *arguments, **variables):
        return self.run(str(DEPLOY / name), *arguments, **variables)

    def sql(self, statement, database="backup_test"):
        done = self.run(str(POSTGRES_BIN / "psql"), "-XAtq", "-d", database, "-c", statement)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def databases(self, prefix):
        names = self.sql("SELECT datname FROM pg_database", "postgres").split()
        return [name for name in names if name.startswith(prefix)]

    def backups(self):
        return sorted((self.home / "backups").glob("nitro-*.tar.age"))


@pytest.fixture
def machine(tmp_path):
    machine = Machine(tmp_path)
    machine.sql("DROP DATABASE IF EXISTS backup_test WITH (FORCE)", "postgres")
    machine.sql("CREATE DATABASE backup_test TEMPLATE template0", "postgres")
    machine.sql(TABLES)
    yield machine
    for name in machine.sql(
        "SELECT datname FROM pg_database WHERE datname LIKE 'backup_test%'", "postgres"
    ).split():
        machine.sql(f'DROP DATABASE "{name}" WITH (FORCE)', "postgres")


def test_a_backup_is_one_encrypted_file_without_the_secrets(machine):
    done = machine.script("backup.sh")

    [file] = machine.backups()
    assert done.returncode == 0, done.stderr
    assert file.read_bytes().startswith(b"age-encryption.org/")
    opened = machine.run("sh", "-c", f"age -d -i {machine.home}/etc/backup.key {file} | tar -tf -")
    assert set(opened.stdout.split()) == {"manifest", "database.dump", "files.tar", "secrets", "release"}
    assert "backup --detail nitro-" in machine.told.read_text()
    assert "muito-secreto" not in str(done) + machine.told.read_text()
    assert file.stat().st_mode & 0o077 == 0


def test_the_restore_test_finds_the_same_rows_and_the_same_money_and_leaves_nothing(machine):
    machine.script("backup.sh")

    done = machine.script("restore.sh", "test")

    assert done.returncode == 0, done.stderr
    assert "2 tables and the ledger are the same, 1 files" in done.stdout
    assert "restore --detail" in machine.told.read_text()
    assert (
        machine.sql("SELECT count(*) FROM pg_database WHERE datname = 'backup_test_restored'", "postgres")
        == "0"
    )


def test_a_backup_that_cannot_be_read_back_is_told(machine):
    machine.script("backup.sh")
    [file] = machine.backups()
    file.write_bytes(file.read_bytes()[:-500])

    done = machine.script("restore.sh", "test")

    assert done.returncode != 0
    assert "restore --failed" in machine.told.read_text()


def test_a_database_that_is_away_is_a_failed_backup(machine):
    done = machine.script("backup.sh", NITRO_DATABASE="backup_test_not_there")

    assert done.returncode != 0
    assert machine.backups() == []
    assert "backup --failed" in machine.told.read_text()


def test_a_lost_site_comes_back_whole_and_keeps_what_was_there(machine):
    ledger = machine.sql(CHECKSUM)
    machine.script("backup.sh")
    machine.sql("DELETE FROM credits_ledgerentry WHERE id > 3")
    (machine.home / "files" / "nota.xml").unlink()

    done = machine.script("restore.sh", "full", str(machine.backups()[0]))

    assert done.returncode == 0, done.stderr
    assert machine.sql(CHECKSUM) == ledger
    assert (machine.home / "files" / "nota.xml").read_text() == "<NFSe/>"
    [kept] = machine.databases("backup_test_before")
    assert machine.sql("SELECT count(*) FROM credits_ledgerentry", kept) == "3"


def test_old_backups_go_and_the_newest_three_stay_whatever_the_clock_says(machine):
    folder = machine.home / "backups"
    folder.mkdir()
    for day in range(1, 6):
        old = folder / f"nitro-2026010{day}T034000Z.tar.age"
        old.write_text("x")
        os.utime(old, (0, 0))

    machine.script("backup.sh")

    kept = [file.name[6:14] for file in machine.backups()]
    assert kept[:2] == ["20260104", "20260105"]
    assert len(kept) == 3
