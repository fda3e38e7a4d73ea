import os
import subprocess
import sys

from embedded import checks


def manage(*arguments, environment):
    return subprocess.run(
        [sys.executable, "manage.py", *arguments], capture_output=True, text=True, env=environment, timeout=60
    )


def test_migrations_are_complete_and_a_complete_production_machine_has_no_warning(capfd):
    assert checks.main() == 0, capfd.readouterr().err


def test_with_nothing_set_every_missing_setting_is_named():
    bare = {"PATH": os.environ["PATH"], "NITRO_ENV_FILE": os.devnull}

    done = manage("check", "--deploy", "--fail-level", "WARNING", environment=bare)

    assert done.returncode == 1
    for name in checks.PRODUCTION:
        if name != "NITRO_ENVIRONMENT":
            assert f"{name} is not set." in done.stderr


def test_production_with_one_variable_missing_fails():
    environment = checks.production_environment()
    del environment["BLIND_INDEX_KEY"]

    done = manage("check", "--deploy", "--fail-level", "WARNING", environment=environment)

    assert done.returncode == 1
    assert "BLIND_INDEX_KEY is not set." in done.stderr
