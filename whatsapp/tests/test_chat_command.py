"""`manage.py chat`: who writes, what is shown of an answer, and what is said when nothing runs."""

import io
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command

from nfse.models import AuthorizedPhone
from nfse.tests.firms import COMPANY_CNPJS, make_company, make_phone
from whatsapp.gateways.phones import PhoneLine
from whatsapp.management.commands import chat
from whatsapp.selectors.simulator import choose_phone
from whatsapp.tests.people import make_channel

SHARED, OWN = "+5551987654321", "+5551912345678"
HELD = datetime(2026, 12, 1, tzinfo=UTC)


def line(text="", file_name=""):
    return PhoneLine(1, True, "text", text, file_name, HELD, "")


def test_the_phone_of_one_company_is_chosen_before_one_that_must_say_which(office, company):
    second = make_company(office.firm, COMPANY_CNPJS[1])
    for each in (company, second):
        make_phone(each, name="Ana", number=SHARED)
    own = make_phone(second, name="Zoé", number=OWN)
    assert choose_phone(office.firm.pk) == own


def test_a_phone_that_may_not_ask_for_notes_is_chosen_last(office, company):
    silent = make_phone(company, name="Ana", number=OWN)
    AuthorizedPhone.objects.filter(pk=silent.pk).update(can_issue=False, can_cancel=True)
    asking = make_phone(company, name="Zoé", number=SHARED)
    assert choose_phone(office.firm.pk) == asking
    assert choose_phone(office.firm.pk, OWN) == silent


def test_another_firm_has_no_phone_here(other_office, company):
    make_phone(company, number=OWN)
    assert choose_phone(other_office.firm.pk) is None
    assert choose_phone(other_office.firm.pk, OWN) is None


def test_without_the_emulator_it_says_how_to_start_it(settings, office, company):
    settings.SANDBOX_URL = "http://127.0.0.1:9"
    settings.EVOLUTION_BASE_URL = "http://127.0.0.1:9/evolution"
    make_channel(office.firm)
    make_phone(company, number=OWN)
    with pytest.raises(CommandError, match="make run"):
        call_command("chat")


def test_what_is_typed_reaches_the_phone_and_a_missing_answer_is_told(office, company, sandbox, monkeypatch):
    channel = make_channel(office.firm)
    sandbox.create_instance(channel.instance_name, channel.token)
    make_phone(company, name="Ana", number=OWN)
    monkeypatch.setattr(chat, "WAIT_SECONDS", 0.0)
    monkeypatch.setattr("sys.stdin", io.StringIO("nota de 1500\n"))
    out = io.StringIO()
    call_command("chat", stdout=out)
    (written,) = sandbox.chat(channel.instance_name, OWN.removeprefix("+"))
    assert written["text"] == "nota de 1500"
    assert "no answer so far" in out.getvalue()


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (line("um\ndois"), "  Nitro: um\n         dois"),
        (line("", "nota-58.pdf"), "  Nitro: [file] nota-58.pdf"),
        (line("segue", "nota-58.pdf"), "  Nitro: [file] nota-58.pdf\n         segue"),
    ],
)
def test_an_answer_is_shown_as_a_phone_shows_it(shown, expected):
    assert chat._describe(shown) == expected
