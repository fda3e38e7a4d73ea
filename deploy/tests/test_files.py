"""Units and scripts: nothing to complain of, and memory that adds up. `make test-deploy` runs it."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

DEPLOY = Path(__file__).resolve().parents[1]
UNITS = sorted((DEPLOY / "systemd").glob("nitro*.service")) + sorted((DEPLOY / "systemd").glob("nitro*.t*r*"))
LASTING = [unit for unit in UNITS if "Restart=always" in unit.read_text()]
SCRIPTS = sorted(DEPLOY.glob("*.sh"))
MACHINE, LINUX = 8192, 512


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A file system with our units and the programs that they name."""
    root = tmp_path_factory.mktemp("root")
    for folder in ("lib", "usr/lib", "etc"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    shutil.copytree("/lib/systemd/system", root / "lib/systemd/system", symlinks=True)
    shutil.copytree(DEPLOY / "systemd", root / "etc/systemd/system")
    for text in (unit.read_text() for unit in UNITS):
        for command in re.findall(r"^Exec\w+=[-+]?(\S+)", text, re.MULTILINE):
            program = root / command.replace("%i", "8001").lstrip("/")
            program.parent.mkdir(parents=True, exist_ok=True)
            program.write_text("#!/bin/sh\n")
            program.chmod(0o755)
    return root


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_says_nothing_about_a_unit(root, unit):
    name = unit.name.replace("@", "@8001")
    done = subprocess.run(
        ["systemd-analyze", "verify", f"--root={root}", "--man=no", "--recursive-errors=no", name],
        capture_output=True,
        text=True,
        env={"PATH": os.environ["PATH"]},
    )

    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.mark.parametrize("unit", LASTING, ids=lambda unit: unit.name)
def test_what_runs_all_day_is_locked_in(root, unit):
    """At most 2 of 10 by systemd's own reckoning. Backups become other users and read their files: more."""
    name = unit.name.replace("@", "@8001")
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=20", f"--root={root}", name],
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_shellcheck_says_nothing_about_a_script(script):
    done = subprocess.run(
        ["shellcheck", "-x", "-P", "SCRIPTDIR", script], capture_output=True, text=True, cwd=DEPLOY
    )

    assert done.stdout == ""
    assert os.access(script, os.X_OK)


def test_memory_limits_add_up_to_the_machine():
    limits = {
        file.relative_to(DEPLOY / "systemd").as_posix(): int(number) * {"M": 1, "G": 1024}[unit]
        for file in (DEPLOY / "systemd").rglob("*.*")
        if file.is_file()
        for number, unit in re.findall(r"^MemoryMax=(\d+)([MG])$", file.read_text(), re.MULTILINE)
    }
    limits["nitro-web@.service"] *= 2  # while update.sh switches

    assert LINUX + sum(limits.values()) <= MACHINE, limits
    assert {unit.name for unit in LASTING} <= set(limits)


def test_the_installer_knows_every_setting_of_a_production_machine():
    installer = (DEPLOY / "install.sh").read_text()

    assert [name for name in settings.PRODUCTION_VARIABLES if not re.search(rf"\b{name}\b", installer)] == []
