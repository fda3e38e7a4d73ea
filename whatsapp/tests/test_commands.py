"""`extract` and `classify` read JSON lines as they come and print one line for each (R61)."""

import json
import subprocess
import sys

import pytest
from django.core.management import CommandError, call_command


def run(command, lines, *options):
    """Run a command in a process of its own, as a script would."""
    done = subprocess.run(
        [sys.executable, "manage.py", command, "--json", *options],
        input="\n".join(json.dumps(line, ensure_ascii=False) for line in lines),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_extract_prints_the_values_of_each_message():
    lines = [
        {"id": "a", "text": "nota de 1500 pra 11.222.333/0001-81, consultoria em TI", "other": 1},
        {"id": "b", "text": "oi"},
    ]
    first, second = run("extract", lines, "--now", "2026-12-03")
    assert first == {
        "id": "a",
        "taker_document": "11222333000181",
        "document_valid": True,
        "amount": "1500.00",
        "description": "Consultoria em TI",
        "competence": None,
        "needs_llm": False,
    }
    assert second["id"] == "b"
    assert second["amount"] is None


def test_extract_reads_relative_months_from_now():
    (line,) = run("extract", [{"id": 1, "text": "ref mes passado"}], "--now", "2027-01-08T09:00:00-03:00")
    assert line["competence"] == "2026-12"


def test_classify_answers_at_the_mirror_and_at_the_start():
    lines = [
        {"id": 1, "text": "sim, mas o valor é 2 mil", "at": "mirror"},
        {"id": 2, "text": "minhas notas", "at": "start"},
        {"id": 3, "text": "pode mandar 👍", "at": "mirror"},
    ]
    corrected, listed, confirmed = run("classify", lines)
    assert (corrected["class"], corrected["field"], corrected["value"]) == ("correction", "amount", "2000.00")
    assert listed == {"id": 2, "class": "list_invoices"}
    assert confirmed == {"id": 3, "class": "yes"}


def test_a_moment_that_is_none_is_refused():
    with pytest.raises(CommandError, match="amanhã is not ISO 8601"):
        call_command("extract", "--json", "--now", "amanhã")
