import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.utils import formats, timezone, translation

SERVER = "postgresql://nitro:secret@127.0.0.1"
DOLLAR_URL = "postgresql://nitro:$secret@127.0.0.1:5432/nitro"


def load_settings(**variables):
    return ask("s.DEBUG, s.SITE_URL, s.LOG_LEVEL", **variables)


def ask(told, **variables):
    """Import the settings in a process that knows only these variables, and print what is asked of them."""
    return subprocess.run(
        [sys.executable, "-c", f"import config.settings as s; print({told})"],
        capture_output=True,
        text=True,
        env={"PATH": os.environ["PATH"], "NITRO_ENV_FILE": os.devnull, **variables},
        timeout=60,
    )


def test_with_nothing_set_the_settings_describe_the_embedded_default():
    done = load_settings()

    assert done.stdout.split() == ["False", "http://127.0.0.1:8000", "INFO"], done.stderr


def test_an_empty_variable_is_a_variable_that_is_not_set():
    done = load_settings(DEBUG="", SITE_URL="", LOG_LEVEL="", DATABASE_URL="", BROKER_URL="", EMAIL_URL="")

    assert done.stdout.split() == ["False", "http://127.0.0.1:8000", "INFO"], done.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NITRO_ENVIRONMENT", "staging"),
        ("DEBUG", "maybe"),
        ("SITE_URL", "nitro"),
        ("TRUSTED_PROXY_COUNT", "-1"),
        ("DATABASE_URL", "sqlite:///nitro.db"),
        ("DATABASE_URL", "nonsense"),
        ("DATABASE_POOL_SIZE", "many"),
        ("BROKER_URL", "amqp://localhost"),
        ("CACHE_URL", "localhost:6379"),
        ("SERPER_BASE_URL", "ftp://serper.example"),
        ("SEFIN_STAGING_URL", "sefin.nfse.gov.br"),
        ("SEFIN_SIGNATURE_ALGORITHM", "md5"),
        ("NFSE_CITY_ENDPOINTS", "{"),
        ("NFSE_IBS_CBS_REQUIRED_FROM", "01/01/2027"),
        ("NFSE_CITY_ENDPOINTS", '["a"]'),
        ("NFSE_CITY_ENDPOINTS", '{"a": {"b": 1}}'),
        ("LEADS_MAX_QUANTITY", "1e3"),
        ("EMAIL_URL", "nonsense"),
        ("NITRO_WEB_PORT", "99999"),
        ("LOG_LEVEL", "LOUD"),
        ("LOG_FORMAT", "xml"),
    ],
)
def test_nonsense_in_the_environment_fails_and_names_the_variable(name, value):
    done = load_settings(**{name: value})

    assert done.returncode != 0
    assert name in done.stderr.splitlines()[-1]


def test_a_value_that_starts_with_a_dollar_is_a_value():
    secret = "$2a$10$abcdefghijklmnopqrstuv"

    done = ask("s.SECRET_KEY, s.DATABASES['default']['PASSWORD']", SECRET_KEY=secret, DATABASE_URL=DOLLAR_URL)

    assert done.stdout.split() == [secret, "$secret"], done.stderr


def test_every_process_reads_the_environment_file(tmp_path):
    file = tmp_path / "nitro.env"
    file.write_text("# secrets\nSITE_URL=https://nitro.example\nLOG_LEVEL=ERROR\n")

    done = load_settings(NITRO_ENV_FILE=str(file), LOG_LEVEL="DEBUG")

    assert done.stdout.split() == ["False", "https://nitro.example", "DEBUG"], done.stderr


def test_the_web_goes_through_the_pooler_without_cursors_of_its_own_and_workers_go_past_it():
    def connect(**process):
        told = "s.DATABASES['default']['PORT'], s.DATABASES['default'].get('DISABLE_SERVER_SIDE_CURSORS')"
        urls = {"DATABASE_URL": f"{SERVER}:5432/nitro", "WEB_DATABASE_URL": f"{SERVER}:6432/nitro"}
        return ask(told, **urls, **process).stdout.split()

    assert connect(NITRO_WEB_PROCESS="true") == ["6432", "True"]
    assert connect() == ["5432", "None"]


def test_nitro_speaks_portuguese_and_lives_in_sao_paulo():
    assert (settings.LANGUAGE_CODE, settings.TIME_ZONE, settings.USE_TZ) == (
        "pt-br",
        "America/Sao_Paulo",
        True,
    )
    assert translation.gettext("This field is required.") == "Este campo é obrigatório."
    assert timezone.get_current_timezone_name() == "America/Sao_Paulo"
    assert formats.number_format(1234.5, 2) == "1.234,50"


def test_the_example_names_every_production_variable():
    example = (settings.BASE_DIR / ".env.example").read_text()

    missing = [name for name in settings.PRODUCTION_VARIABLES if f"# {name}=" not in example]

    assert missing == []
