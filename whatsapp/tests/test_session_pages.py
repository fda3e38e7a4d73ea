"""The firm's list of conversations, and a conversation as its people read it."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from nfse.tests.firms import make_phone
from whatsapp.conversation.draft import Draft, SessionData, Trouble
from whatsapp.models import AiCall, OutboundMessage, SessionEvent
from whatsapp.selectors.masking import hide_documents
from whatsapp.services.outbox import put_text
from whatsapp.tests.people import ANA, NOW, make_channel, make_message, make_session, make_talk

LIST = reverse("whatsapp:sessions")


@pytest.fixture
def channel(office):
    return make_channel(office.firm)


@pytest.fixture
def talk(channel):
    return make_talk(channel)


@pytest.fixture
def phone(company):
    return make_phone(company, name="Ana Souza", number=f"+{ANA}")


def page_of(talk, tail=""):
    return reverse("whatsapp:transcript", args=[talk.pk]) + tail


def add_session(talk, label="221126-7K2QM", **fields):
    return make_session(talk, label=label, last_user_at=NOW, **fields)


def say(talk, text, **fields):
    """Put a message of Nitro's into the outbox as sent."""
    from django.db import transaction

    with transaction.atomic():
        message = put_text(conversation=talk, text=text, cause="test", dedupe_key=str(uuid4()), now=NOW)
    OutboundMessage.objects.filter(pk=message.pk).update(state="delivered", sent_at=NOW, **fields)
    return message


def test_nobody_wrote_yet(page):
    assert "Nenhum pedido ainda" in page(LIST).text


def test_a_row_says_who_for_whom_and_how_it_stands(page, talk, company, phone):
    add_session(talk, company=company, phone=phone, state="awaiting_confirmation")

    shown = page(LIST).text

    assert "Ana Souza" in shown
    assert company.display_name in shown
    assert "Aguardando confirmação" in shown
    assert "221126-7K2QM" in shown
    assert page_of(talk) in shown


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ({"q": "souza"}, True),
        ({"q": "ANA"}, True),
        ({"q": "221126-7k2qm"}, True),
        ({"q": "(20) 98765-4321"}, True),
        ({"q": "2087654321"}, True),  # without the ninth digit
        ({"q": "5520987654321"}, True),
        ({"q": "20912345678"}, False),
        ({"q": "pedro"}, False),
        ({"situacao": "abertas"}, True),
        ({"situacao": "collecting"}, True),
        ({"situacao": "encerradas"}, False),
        ({"tipo": "issue"}, True),
        ({"tipo": "cancellation"}, False),
        ({"de": "2026-11-22", "ate": "2026-11-22"}, True),
        ({"de": "2026-11-23"}, False),
        ({"ate": "2026-11-21"}, False),
    ],
)
def test_the_list_is_narrowed_by_phone_person_protocol_state_kind_and_day(
    page, talk, company, phone, query, is_found
):
    add_session(talk, company=company, phone=phone)

    shown = page(LIST, **query).text

    assert ("221126-7K2QM" in shown) is is_found


def test_the_list_is_narrowed_to_a_channel_where_there_are_two(page, talk, company, phone):
    add_session(talk, company=company, phone=phone)
    assert "Canal" not in page(LIST).text.partition("<main")[2].partition("<table")[0]

    other = make_channel(talk.channel.firm, 2)

    assert "221126-7K2QM" in page(LIST, canal=talk.channel.pk).text
    assert "221126-7K2QM" not in page(LIST, canal=other.pk).text


def test_the_list_is_narrowed_to_a_company(page, talk, company, phone):
    add_session(talk, company=company, phone=phone)

    assert "221126-7K2QM" in page(LIST, empresa=company.pk).text
    assert "221126-7K2QM" not in page(LIST, empresa=company.pk + 1).text


def test_a_period_that_ends_before_it_begins_says_so(page, talk):
    add_session(talk)

    assert "O fim do período vem antes do começo." in page(LIST, de="2026-11-23", ate="2026-11-22").text


def test_the_queries_of_the_list_do_not_grow_with_it(page, channel, django_assert_max_num_queries):
    for place in range(25):
        add_session(make_talk(channel, f"55209876543{place:02}"), label=f"221126-{place:05}")
    page(LIST)

    with django_assert_max_num_queries(20):
        shown = page(LIST).text

    assert "Próxima" in shown or "page=2" in shown


def test_who_waits_for_a_person_stands_first(page, talk):
    talk.handed_off_at = NOW
    talk.save()

    shown = page(LIST).text

    assert "Esperando uma pessoa" in shown
    assert page_of(talk) in shown


def test_a_conversation_shows_both_sides_what_happened_and_what_it_used(page, talk, company, phone):
    session = add_session(talk, company=company, phone=phone)
    make_message(talk, "nota de 1500", message_id="A")
    make_message(
        talk,
        "",
        message_id="B",
        kind="audio",
        media_state="fetched",
        media_seconds=7,
        transcript="consultoria em TI",
    )
    say(talk, "Para quem é a nota?")
    SessionEvent.objects.create(
        session=session, row="1", event="data", from_state="none", to_state="collecting", at=NOW
    )
    AiCall.objects.create(
        firm=talk.firm, conversation=talk, purpose="reading", model="m", outcome="ok", cost=1234, at=NOW
    )

    shown = page(page_of(talk)).text

    for text in (
        "nota de 1500",
        "consultoria em TI",
        "Transcrição do áudio",
        "Para quem é a nota?",
        "entregue",
    ):
        assert text in shown
    assert "Coletando dados" in shown
    assert "US$ 0,0012" in shown


@pytest.mark.parametrize(
    ("side", "shown", "hidden"),
    [("cliente", "pergunta minha", "resposta dela"), ("assistente", "resposta dela", "pergunta minha")],
)
def test_one_side_alone_may_be_read(page, talk, side, shown, hidden):
    make_message(talk, "pergunta minha")
    say(talk, "resposta dela")

    text = page(page_of(talk), linhas=side).text

    assert shown in text
    assert hidden not in text


def test_what_was_not_sent_says_why(page, talk):
    make_message(talk, "oi")
    message = say(talk, "Olá!")
    OutboundMessage.objects.filter(pk=message.pk).update(state="failed", error="O número não tem conta.")

    assert "O número não tem conta." in page(page_of(talk)).text


def test_an_old_voice_note_and_changes_say_what_they_were(page, talk):
    make_message(talk, "", message_id="A", kind="audio", media_state="deleted")
    make_message(talk, "valor 900", message_id="B", kind="edit", target_id="A")
    make_message(talk, "", message_id="C", kind="revoke", target_id="A")

    shown = page(page_of(talk)).text

    for text in ("Áudio apagado após 30 dias", "Corrigiu uma mensagem", "Apagou uma mensagem"):
        assert text in shown


def test_a_person_without_documents_in_her_rights_sees_them_hidden(page, talk):
    make_message(talk, "nota pra 11.222.333/0001-81 e cpf 52998224725")

    seen, hidden = (page(page_of(talk), role=role).text for role in ("accountant", "attendant"))

    assert "11.222.333/0001-81" in seen
    assert "11.222.333" not in hidden
    assert "52998224725" not in hidden
    assert "•••81" in hidden


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("cnpj 11.222.333/0001-81 ok", "cnpj •••81 ok"),
        ("11222333000181", "•••81"),
        ("12.ABC.345/01DE-35", "•••35"),
        ("12ABC34501DE35", "•••35"),
        ("cpf 529.982.247-25", "cpf •••25"),
        ("52998224725.", "•••25."),
        ("11 222 333 0001 81", "•••81"),
        ("nota de 1.500,00 em 22/11/2026, 20 horas", "nota de 1.500,00 em 22/11/2026, 20 horas"),
        ("manutencaopreventiva do site", "manutencaopreventiva do site"),
    ],
)
def test_documents_are_hidden_and_nothing_else(text, hidden):
    assert hide_documents(text) == hidden


def test_the_lines_alone_are_asked_for_while_the_page_is_open(page, talk):
    make_message(talk, "oi de novo")

    answer = page(reverse("whatsapp:transcript_lines", args=[talk.pk]))

    assert "oi de novo" in answer.text
    assert "<html" not in answer.text


def test_lines_that_the_page_shows_already_are_not_sent_again(page, talk):
    make_message(talk, "oi")
    address = reverse("whatsapp:transcript_lines", args=[talk.pk])
    marker = page(page_of(talk)).context["marker"]

    assert page(address, visto=marker).status_code == 204
    say(talk, "Olá!")
    assert "Olá!" in page(address, visto=marker).text


def test_stars_are_bold_as_on_the_phone_and_nothing_else_is_markup(page, talk):
    make_message(talk, "<b>x</b> 2*3*4 *sim* <script>")

    shown = page(page_of(talk)).text

    assert "&lt;b&gt;x&lt;/b&gt; 2*3*4 <strong>sim</strong> &lt;script&gt;" in shown


def test_a_conversation_that_was_joined_leads_to_the_other(page, channel, talk):
    kept = make_talk(channel, "5520912345678")
    talk.merged_into = kept
    talk.save()

    assert page(page_of(talk)).url == page_of(kept)


def test_another_firms_conversation_is_not_there(page, other_office):
    theirs = make_talk(make_channel(other_office.firm, 2))

    assert page(page_of(theirs)).status_code == 404
    assert page(reverse("whatsapp:transcript_lines", args=[theirs.pk])).status_code == 404


def test_a_hidden_number_is_called_so(page, talk):
    talk.contact.aliases.update(kind="lid")

    assert "Número oculto pelo WhatsApp" in page(page_of(talk)).text


def test_only_the_last_lines_of_a_long_conversation_are_read(page, talk, monkeypatch):
    monkeypatch.setattr("whatsapp.selectors.transcripts.MOST_LINES", 3)
    for place in range(5):
        make_message(
            talk, f"mensagem {place}", message_id=str(place), received_at=NOW + timedelta(seconds=place)
        )

    shown = page(page_of(talk)).text

    assert "mensagem 4" in shown
    assert "mensagem 1" not in shown


def test_what_is_known_of_an_open_request_stands_beside_the_talk(page, talk, company, phone):
    note = Draft(
        document="11222333000181",
        taker_name="Clínica Bem Viver Ltda",
        cents=150_000,
        troubles=(Trouble("description", "DESC_SHORT"),),
    )
    add_session(talk, company=company, phone=phone, data=SessionData(note=note).to_dict())

    seen, hidden = (page(page_of(talk), role=role).text for role in ("accountant", "attendant"))

    for text in ("Clínica Bem Viver Ltda · 11.222.333/0001-81", "R$\xa01.500,00", "A corrigir", "Hoje"):
        assert text in seen.replace("R$ ", "R$\xa0")
    assert "11.222.333/0001-81" not in hidden
