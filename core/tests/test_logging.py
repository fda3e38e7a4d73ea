import json
import logging
import os
import subprocess
import sys

import pytest
import structlog

from core.logging import configure
from core.masking import LONGEST_TEXT, mask_text, mask_value


@pytest.fixture
def json_logs(settings):
    configure({"format": "json", "level": "INFO"})
    yield
    configure(settings.LOGGING)


def run_python(code, **variables):
    """Run code in a fresh process with Django set up; return its lines."""
    script = "import django; django.setup(); " + code
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", **variables}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=environment, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_an_event_is_one_line_of_json_with_the_request_id():
    [line] = run_python(
        "import structlog; from core.request_ids import bind_request_id\n"
        "with bind_request_id('the-request-id'):\n"
        "    structlog.get_logger('x').info('lead_sold', credits=3, nome='São')",
        LOG_FORMAT="json",
    )

    event = json.loads(line)
    assert event.pop("timestamp").endswith("Z")
    assert event == {
        "event": "lead_sold",
        "credits": 3,
        "nome": "São",
        "level": "info",
        "logger": "x",
        "request_id": "the-request-id",
    }


def test_the_standard_library_logs_into_the_same_stream():
    [line] = run_python(
        "import logging; logging.getLogger('y').warning('paid %s by %s', 3, 'dona@nitro.example')",
        LOG_FORMAT="json",
    )

    assert json.loads(line)["event"] == "paid 3 by ***@***"


@pytest.mark.parametrize("form", ["json", "console"])
def test_a_traceback_is_logged_without_local_variables_and_masked(form):
    text = "\n".join(
        run_python(
            "import structlog\n"
            "def fail(secret_name):\n"
            "    raise ValueError('bad cpf 529.982.247-25')\n"
            "try: fail('local-variable')\n"
            "except ValueError: structlog.get_logger('x').exception('failed')",
            LOG_FORMAT=form,
        )
    )

    assert "ValueError" in text
    assert "529.982" not in text
    assert "local-variable" not in text.replace("fail('local-variable')", "")


def test_below_the_level_nothing_is_logged():
    lines = run_python(
        "import structlog, logging; structlog.get_logger('x').info('a'); logging.getLogger('y').info('b')",
        LOG_LEVEL="WARNING",
    )

    assert lines == []


@pytest.mark.parametrize(
    "text",
    [
        "529.982.247-25",
        "52998224725",
        "cpf=52998224725,",
        "/cpf/52998224725/",
        "19.131.243/0001-97",
        "19131243000197",
        "12ABC34501DE35",
        "12.ABC.345/01DE-35",
        "+5555999123456",
        "(55) 99912-3456",
        "55 3000-1234",
        "5530001234",
        "99912-3456",
        "dona.maria+1@nitro.example",
        "Bearer abc.def-ghi",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc",
        "gAAAAABrBhtmbLODYVfPtZf9fh2SdVUojLtNVbt2jGsHD3Ob",
        "redis://user:s3nh4@host:6379/0",
    ],
)
def test_personal_data_and_secrets_are_hidden_in_text(text):
    masked = mask_text(f"antes {text} depois")

    assert masked.startswith("antes ")
    assert masked.endswith(" depois")
    assert "***" in masked
    assert not any(
        part in masked for part in ("529", "982", "0001", "ABC", "999", "3000", "dona", "abc", "s3nh4")
    )


def test_query_strings_are_hidden():
    assert mask_text("GET https://api.example/x?key=1&cpf=2 failed") == "GET https://api.example/x?*** failed"


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-24 23:01:05",
        "search 12345 delivered 25 of 100 in 1234 ms",
        "550e8400-e29b-41d4-a716-446655440000",
        "127.0.0.1:63792",
        "R$ 1.234,56",
        "0e1f2a3b4c5d6e7f",
        "leads.run_search",
    ],
)
def test_what_is_nobodys_stays(text):
    assert mask_text(text) == text


@pytest.mark.parametrize("text", ["a" * 10**6, "http://" * 10**5, "1" * 10**6, "a." * 10**6])
def test_of_a_very_long_text_only_the_beginning_is_masked_and_kept(text):
    assert mask_text(text) == mask_text(text[:LONGEST_TEXT] + "…")
    assert len(mask_text(text)) <= LONGEST_TEXT + 1


@pytest.mark.parametrize(
    ("name", "value", "logged"),
    [
        ("password", "segredo", "***"),
        ("api_key", "segredo", "***"),
        ("payload", {"a": 1}, "***"),
        ("phone", "ramal 12", "***"),
        ("buyer_email", "dona", "***"),
        ("request_id", "12345678901", "12345678901"),
        ("item_id", 12345, 12345),
        ("document", 52998224725, "***"),
        ("number", 52998224725, "***"),
        ("ms", 12.5, 12.5),
        ("raw", b"bytes", "***"),
        ("nested", {"list": ["52998224725", {"token": "x"}]}, {"list": ["***", {"token": "***"}]}),
        ("error", ValueError("dona@nitro.example"), "***@***"),
        ("nothing", None, None),
    ],
)
def test_values_are_masked_by_name_and_by_shape(name, value, logged):
    assert mask_value(name, value) == logged


def test_a_failed_request_is_logged_without_its_path(json_logs, capsys):
    configure({"format": "json", "level": "INFO"})
    try:
        raise ZeroDivisionError("a conta errada")
    except ZeroDivisionError as error:
        reason = ("Internal Server Error", "/senha/abc/token-secreto/")
        logging.getLogger("django.request").error("%s: %s", *reason, exc_info=error)

    line = capsys.readouterr().out
    assert "token-secreto" not in line
    assert json.loads(line)["event"] == "Internal Server Error: ZeroDivisionError"
    assert "a conta errada" in line


def test_bound_context_is_on_every_line(json_logs, capsys):
    configure({"format": "json", "level": "INFO"})
    with structlog.contextvars.bound_contextvars(item_id=7):
        structlog.get_logger("x").info("claimed")

    assert json.loads(capsys.readouterr().out)["item_id"] == 7
