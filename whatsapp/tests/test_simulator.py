"""The simulator: a phone of the emulator, and the real webhook behind it (W22)."""

import pytest
from django.urls import reverse

from nfse.tests.firms import make_phone
from whatsapp.tests.people import make_channel

PAGE = reverse("whatsapp:simulator")
WRITE = reverse("whatsapp:simulator_write")
NUMBER = "5551987654321"


@pytest.fixture
def channel(office, sandbox):
    """A channel whose instance the emulator knows."""
    made = make_channel(office.firm)
    sandbox.create_instance(made.instance_name, made.token)
    sandbox.instance(made.instance_name, "scan")
    return made


@pytest.fixture
def phone(company):
    return make_phone(company, name="Ana Souza", number=f"+{NUMBER}")


def of(channel, phone):
    return f"?canal={channel.pk}&telefone={phone.pk}"


def test_without_a_channel_it_says_what_to_do(page):
    assert "Nenhum canal ainda" in page(PAGE).text


def test_without_a_phone_it_leads_to_the_companies(page, channel):
    assert "Nenhum telefone autorizado" in page(PAGE).text


def test_what_is_written_goes_to_the_channel_and_stands_on_the_phone(page, send, sandbox, channel, phone):
    answer = send(WRITE + of(channel, phone), text="nota de 1500", kind="text")

    assert answer.status_code == 302
    assert [line["text"] for line in sandbox.chat(channel.instance_name, NUMBER)] == ["nota de 1500"]
    assert "nota de 1500" in page(answer.url).text


def test_a_voice_note_is_spoken_by_writing_its_words(send, sandbox, channel, phone):
    send(WRITE + of(channel, phone), text="mil e quinhentos", kind="audio")

    assert [line["kind"] for line in sandbox.chat(channel.instance_name, NUMBER)] == ["audioMessage"]


def test_an_empty_message_is_not_sent(send, sandbox, channel, phone):
    answer = send(WRITE + of(channel, phone), text="  ", kind="text")

    assert answer.status_code == 422
    assert sandbox.chat(channel.instance_name, NUMBER) == []


def test_a_test_phone_scans_the_code_and_clears_its_screen(send, sandbox, office, channel, phone):
    sandbox.instance(channel.instance_name, "close")
    send(reverse("whatsapp:simulator_connect") + of(channel, phone))
    sandbox.write(channel.instance_name, NUMBER, "oi")

    send(reverse("whatsapp:simulator_clear") + of(channel, phone))

    assert sandbox.evolution()["instances"][0]["state"] == "open"
    assert sandbox.chat(channel.instance_name, NUMBER) == []


def test_an_emulator_that_is_away_is_said_so_and_nothing_breaks(page, send, settings, channel, phone):
    settings.SANDBOX_URL = "http://127.0.0.1:1"
    settings.EVOLUTION_BASE_URL = "http://127.0.0.1:1/evolution"

    assert "O emulador não respondeu" in page(PAGE + of(channel, phone)).text
    assert send(WRITE + of(channel, phone), text="oi", kind="text").status_code == 422


def test_it_does_not_exist_where_channels_are_real(page, settings, channel, phone):
    settings.EVOLUTION_BASE_URL = "https://evolution.example"

    assert page(PAGE).status_code == 404


def test_it_does_not_exist_in_production(page, settings, channel, phone):
    settings.PRODUCTION = True

    assert page(PAGE).status_code == 404


def test_it_is_for_owner_and_accountant(page, channel, phone):
    assert page(PAGE, role="attendant").status_code == 403


def test_channels_and_phones_of_another_firm_are_not_there(
    page, send, other_office, other_company, channel, phone
):
    theirs = make_channel(other_office.firm, 2)
    their_phone = make_phone(other_company, name="Outra", number="+5551911112222")

    for tail in (of(theirs, phone), of(channel, their_phone)):
        assert page(PAGE + tail).status_code == 404
        assert send(WRITE + tail, text="oi", kind="text").status_code == 404
