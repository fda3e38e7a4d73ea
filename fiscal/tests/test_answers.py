"""What the authority answers: envelopes, events and the state they add up to, returned notes, refusals."""

import base64
import gzip
import itertools
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiscal.documents.amounts import preview_amounts
from fiscal.documents.dps import CannotBuild
from fiscal.documents.envelopes import (
    AnswerProblem,
    UnreadablePayload,
    is_xml_payload,
    pack,
    read_access_key,
    read_events_answer,
    read_issue,
    read_problems,
    read_rejection,
    unpack,
)
from fiscal.documents.events import (
    build_analysis_request,
    build_cancellation,
    can_request,
    explain_denial,
    fold_events,
    read_event,
)
from fiscal.documents.refusals import explain, explain_all, find_group, is_transient
from fiscal.documents.returned import (
    AmountDifference,
    NotANote,
    find_differences,
    is_ours,
    read_nfse,
    reconcile_amounts,
)
from fiscal.documents.schema import validate
from fiscal.documents.signing import SignatureStatus, sign, verify
from fiscal.documents.tables import get_official_messages, get_rules
from fiscal.documents.xml import NAMESPACE, UnreadableXml
from fiscal.enumerations import Environment, NoteStatus, WhoFixes
from fiscal.tests.notes import (
    CLINIC,
    ISSUER_CNPJ,
    ISSUER_CPF,
    KEY,
    LETTERS_CNPJ,
    NOW,
    SAMPLES,
    build,
    make_certificate,
    make_nfse,
    make_service,
    make_snapshot,
    signed,
)
from fiscal.values import NoteEventFact, NoteState, Substitution

OTHER_KEY = KEY.replace("2611", "2612")


def sample(name: str):
    return json.loads((SAMPLES / name).read_text())


# --- Payloads ----------------------------------------------------------------------------------------
def test_a_gzip_of_several_members_is_read_whole():
    halves = gzip.compress(b"<a>1</") + gzip.compress(b"a>")

    assert unpack(base64.b64encode(halves).decode()) == b"<a>1</a>"


def test_what_follows_a_gzip_refuses_it():
    with pytest.raises(UnreadablePayload):
        unpack(base64.b64encode(gzip.compress(b"<a/>") + b"more").decode())


def test_a_payload_is_packed_the_same_each_time_and_unpacked():
    assert pack(build()) == pack(build())
    assert unpack(pack(build())) == build()
    assert is_xml_payload(pack(build()))


def test_a_payload_encoded_twice_is_read_and_is_not_what_is_sent():
    twice = base64.b64encode(pack(build()).encode()).decode()

    assert unpack(twice) == build()
    assert not is_xml_payload(twice)


@pytest.mark.parametrize("text", ["", "é", "%%%", base64.b64encode(b"nada").decode(), "H4sIAAAA"])
def test_other_texts_are_unreadable(text):
    with pytest.raises(UnreadablePayload):
        unpack(text)


def test_a_decompression_bomb_stops_at_the_limit():
    bomb = base64.b64encode(gzip.compress(b"<a>" + b"0" * 1_000_000)).decode()

    with pytest.raises(UnreadablePayload):
        unpack(bomb, limit=1000)


# --- Envelopes ---------------------------------------------------------------------------------------
REJECTIONS = [
    {"erros": [{"codigo": "E0116", "descricao": "A IM deve ser informada"}]},
    {"erros": [{"Codigo": "E0116", "Descricao": "A IM deve ser informada", "Complemento": None}]},
    {"erro": {"codigo": "E0116", "descricao": "A IM deve ser informada"}},
    {"erro": [{"codigo": "E0116", "mensagem": "A IM deve ser informada"}]},
    {
        "StatusProcessamento": "REJEICAO",
        "Erros": [{"Codigo": "E0116", "Descricao": "A IM deve ser informada"}],
    },
]


@pytest.mark.parametrize("body", REJECTIONS)
def test_each_shape_of_a_rejection_is_read(body):
    assert read_rejection(400, body) == [AnswerProblem("E0116", "A IM deve ser informada")]


@pytest.mark.parametrize(
    "body",
    [
        None,
        "",
        "<html>403</html>",
        [],
        {},
        {"erro": "Bad Gateway"},
        {"erros": [{}]},
        {"erros": None},
        {"title": "One or more validation errors occurred.", "status": 400, "errors": {"dps": ["required"]}},
        {"erros": [{"codigo": "TIMEOUT", "descricao": "upstream"}]},
    ],
)
def test_transport_trouble_is_no_rejection(body):
    assert read_rejection(400, body) == []


def test_a_5xx_is_never_a_rejection():
    assert read_rejection(500, REJECTIONS[0]) == []


def test_catalogued_and_unknown_codes_come_together():
    body = {"erros": [{"codigo": "RNG9999"}, {"codigo": "E0008"}, {"descricao": "sem código"}]}

    assert [problem.code for problem in read_rejection(422, body)] == ["RNG9999", "E0008", ""]


def test_samples_of_rejections_are_read():
    assert [each.code for each in read_problems(sample("post-nfse-400-pascal-case.json"))] == [
        "E0116",
        "E0312",
    ]
    assert [each.code for each in read_rejection(400, sample("post-evento-400-erro-list.json"))] == ["E0822"]


def test_the_sample_of_success_gives_key_and_note():
    answer = read_issue(sample("post-nfse-201.json"))

    assert answer.access_key == "42024042200000000000000000000000000126031234567892"
    assert read_nfse(answer.xml).number == "1"
    assert answer.processed_at.year == 2026


@pytest.mark.parametrize(
    "change",
    [{"chaveAcesso": None}, {"chaveAcesso": "123"}, {"erros": [{"codigo": "E0014"}]}],
)
def test_an_incomplete_success_is_no_success(change):
    assert read_issue({**sample("post-nfse-201.json"), **change}) is None


def test_a_key_with_an_unreadable_note_is_kept():
    answer = read_issue({**sample("post-nfse-201.json"), "nfseXmlGZipB64": "???"})

    assert answer.access_key
    assert answer.xml is None


def test_the_key_comes_in_the_body_or_in_the_location():
    assert read_access_key({"chaveAcesso": KEY}) == KEY
    assert read_access_key({}, f"https://sefin.example/nfse/{KEY}") == KEY
    assert read_access_key({}, "") == ""


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["erro", "erros", "codigo", "descricao", "eventos", "LoteDFe", "chaveAcesso", "x"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(json_values)
def test_no_body_makes_the_readers_fall(body):
    read_rejection(400, body)
    read_issue(body)
    read_events_answer(body)
    read_access_key(body)


# --- Events ------------------------------------------------------------------------------------------
def request(build_request=build_cancellation, **changes):
    values = {
        "reason_code": "1",
        "reason_text": "Valor digitado errado na nota",
        "author_document": ISSUER_CNPJ,
        "environment": Environment.STAGING,
        "issued_at": NOW,
    }
    return build_request(KEY, **{**values, **changes})


@pytest.mark.parametrize("build_request", [build_cancellation, build_analysis_request])
def test_event_requests_are_valid_and_signed_like_notes(build_request):
    document = sign(request(build_request), certificate=make_certificate())

    assert validate(document) == []
    assert verify(document).status is SignatureStatus.VALID


@pytest.mark.parametrize("author", [ISSUER_CPF, LETTERS_CNPJ])
def test_people_and_cnpj_with_letters_cancel_too(author):
    assert validate(request(author_document=author)) == []


@pytest.mark.parametrize("change", [{"reason_text": "Errei"}, {"reason_code": "3"}])
def test_a_cancellation_without_reason_is_not_built(change):
    with pytest.raises(CannotBuild):
        request(**change)


def event_xml(code: str, inner: str = "", sequence: int = 1) -> bytes:
    return (
        f'<evento xmlns="{NAMESPACE}" versao="1.01"><infEvento Id="EVT{KEY}{code}{sequence:03d}">'
        f"<nSeqEvento>{sequence}</nSeqEvento><dhProc>2026-11-24T12:00:00-03:00</dhProc><pedRegEvento>"
        f"<infPedReg><chNFSe>{KEY}</chNFSe><e{code}>{inner}</e{code}></infPedReg></pedRegEvento>"
        "</infEvento></evento>"
    ).encode()


def test_the_real_answer_of_events_is_encoded_twice():
    (answer,) = read_events_answer(sample("get-eventos-200.json"))
    event = read_event(answer.xml)

    assert (event.code, event.reason_code, event.sequence) == ("101101", "1", 1)
    assert event.processed_at.isoformat() == "2026-03-02T12:00:00-03:00"
    assert answer.received_at.utcoffset() == timedelta(hours=-3)


def test_events_come_from_the_post_and_from_the_batch_too():
    xml = event_xml("101101")
    batch = {
        "LoteDFe": [
            {"NSU": 12, "TipoDocumento": "EVENTO", "ArquivoXml": pack(xml)},
            {"NSU": 13, "TipoDocumento": "NFSE", "ArquivoXml": pack(build())},
            {"NSU": 14, "TipoDocumento": "EVENTO", "ArquivoXml": "???"},
        ]
    }

    assert [answer.xml for answer in read_events_answer({"eventoXmlGZipB64": pack(xml)})] == [xml]
    assert [(answer.nsu, answer.xml) for answer in read_events_answer(batch)] == [(12, xml)]


def test_a_document_that_is_no_event_is_said():
    with pytest.raises(UnreadableXml):
        read_event(build())


def fact(code: str, minute: int = 0, **values) -> NoteEventFact:
    moment = datetime(2026, 11, 24, 12, minute, tzinfo=UTC)
    return NoteEventFact(code=code, event_id=f"EVT{KEY}{code}{minute:03d}", processed_at=moment, **values)


REPLACED = fact("105102", 1, replacement_key=OTHER_KEY)
LOCKED = fact("305102", 1, locked_event="101101")
UNLOCKED = fact("305103", 2, unlocked_id=LOCKED.event_id.removeprefix("EVT"))
REJECTED = fact("203206", 1)
ANNULLED = fact("205208", 2, annulled_id=REJECTED.event_id)


@pytest.mark.parametrize(
    ("events", "status"),
    [
        ([], NoteStatus.AUTHORIZED),
        ([fact("101101")], NoteStatus.CANCELED),
        ([fact("305101")], NoteStatus.CANCELED),
        ([REPLACED], NoteStatus.REPLACED),
        ([fact("101103")], NoteStatus.ANALYSIS_PENDING),
        ([fact("101103"), fact("105104", 1)], NoteStatus.CANCELED),
        ([fact("101103"), fact("105105", 1)], NoteStatus.AUTHORIZED),
        ([fact("101101"), REPLACED], NoteStatus.CANCELED),
        ([fact("101101"), fact("101103", 1)], NoteStatus.CANCELED),
        ([fact("907201")], NoteStatus.AUTHORIZED),
        ([LOCKED, fact("203202", 2)], NoteStatus.AUTHORIZED),
    ],
)
def test_events_add_up_in_any_order_and_repeated(events, status):
    states = {fold_events([*order, *order]) for order in itertools.permutations(events)}

    assert len(states) == 1
    assert states.pop().status is status


def test_a_replaced_note_names_its_replacement():
    assert fold_events([REPLACED]).replaced_by == OTHER_KEY


def test_locks_are_lifted_by_id_and_manifestations_annulled():
    assert fold_events([LOCKED]).locks[0].event == "101101"
    assert fold_events([LOCKED, UNLOCKED]).locks == ()
    assert fold_events([REJECTED]).manifestations[0].author == "taker"
    assert fold_events([REJECTED, ANNULLED]).manifestations == ()


def test_the_serial_number_decides_before_the_clock():
    asked = replace(fact("101103", 5), nsu=1)
    denied = replace(fact("105105", 1), nsu=2)

    assert fold_events([denied, asked]).status is NoteStatus.AUTHORIZED


def test_an_unknown_event_is_kept_and_changes_nothing():
    state = fold_events([fact("907201")])

    assert state.unknown_events[0].code == "907201"
    assert can_request(state, "101101")


ALLOWED = [
    ([], (True, True, True)),
    ([fact("101101")], (False, False, False)),
    ([REPLACED], (False, False, False)),
    ([fact("101103"), fact("105104", 1)], (False, False, False)),
    ([fact("305101")], (False, False, False)),
    ([fact("101103")], (False, False, False)),
    ([fact("101103"), fact("105105", 1)], (False, False, False)),
    ([fact("203202")], (False, False, False)),
    ([fact("205204")], (False, False, True)),
    ([REJECTED], (True, True, True)),
    ([REJECTED, ANNULLED], (False, True, True)),
    ([LOCKED], (False, True, True)),
    ([fact("305102", locked_event="105102")], (True, False, True)),
]


@pytest.mark.parametrize(("events", "allowed"), ALLOWED)
def test_what_an_existing_event_still_allows(events, allowed):
    state = fold_events(events)

    assert tuple(can_request(state, code) for code in ("101101", "105102", "101103")) == allowed
    for code in ("101101", "105102", "101103"):
        assert bool(explain_denial(state, code)) is not can_request(state, code)


def test_a_state_survives_json():
    state = fold_events([LOCKED, REJECTED, fact("907201", 3)])

    assert NoteState.from_dict(json.loads(json.dumps(state.to_dict()))) == state


# --- Returned notes ----------------------------------------------------------------------------------
def test_the_facts_of_a_returned_note():
    note = read_nfse((SAMPLES / "nfse-ibscbs.xml").read_bytes())

    assert (note.amount, note.iss_amount, note.iss_rate) == (
        Decimal("1000.00"),
        Decimal("20.00"),
        Decimal("2.00"),
    )
    assert (note.ibs_total, note.cbs_total) == (Decimal("1.00"), Decimal("9.00"))
    assert note.environment is Environment.STAGING


@pytest.mark.parametrize("document", [build(), b"<NFSe/>", make_nfse(build(), key="123")])
def test_what_is_no_note_is_refused(document):
    with pytest.raises(NotANote):
        read_nfse(document)


def test_a_note_of_the_same_bytes_is_ours():
    assert is_ours(read_nfse(make_nfse(signed())), signed())


def test_a_note_of_another_attempt_with_the_same_content_is_ours():
    unsigned = read_nfse(make_nfse(build()))

    assert unsigned.dps_digest == ""
    assert is_ours(unsigned, signed())


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount": Decimal("1500.01")}, "valores/vServPrest/vServ"),
        ({"taker": replace(CLINIC, document=LETTERS_CNPJ)}, "toma"),
        ({"taker": None}, "toma"),
        ({"service": make_service(ctribnac="010101")}, "serv/cServ/cTribNac"),
        ({"service": make_service(description="Outra coisa inteiramente")}, "serv/cServ/xDescServ"),
        ({"competence_date": NOW.date()}, "dCompet"),
        ({"environment": Environment.PRODUCTION}, "tpAmb"),
        ({"substitutes": Substitution(KEY, "01")}, "subst/chSubstda"),
    ],
)
def test_another_note_under_our_number_is_not_adopted(changes, field):
    returned = read_nfse(make_nfse(signed(make_snapshot(**changes))))

    assert find_differences(returned, signed()) == [field]


def test_the_preview_is_reconciled_with_what_came_back():
    preview = preview_amounts(make_snapshot(amount=Decimal(1000), iss_rate=Decimal("2.00"), withheld=True))
    note = read_nfse((SAMPLES / "nfse-ibscbs.xml").read_bytes())

    assert reconcile_amounts(preview, note) == [
        AmountDifference("net", Decimal("980.00"), Decimal("1000.00"))
    ]
    assert reconcile_amounts(replace(preview, net=Decimal("999.99")), note) == []


# --- Refusals ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("code", "group", "who"),
    [
        ("E1203", "certificate", WhoFixes.FIRM),
        ("E0718", "certificate", WhoFixes.FIRM),
        ("E0039", "city_or_service", WhoFixes.FIRM),
        ("E0312", "city_or_service", WhoFixes.FIRM),
        ("E0120", "municipal_registration", WhoFixes.FIRM),
        ("E0018", "provider", WhoFixes.FIRM),
        ("E0202", "taker", WhoFixes.CLIENT_OR_FIRM),
        ("E0206", "check_digits", WhoFixes.CLIENT),
        ("E0640", "rates", WhoFixes.FIRM),
        ("E0014", "already_used", WhoFixes.SYSTEM),
        ("E1235", "clock_id_schema", WhoFixes.OPERATORS),
        ("E1206", "maintenance", WhoFixes.NOBODY),
        ("E1217", "maintenance", WhoFixes.NOBODY),
        ("E0823", "cancellation_limits", WhoFixes.FIRM),
        ("E0370", "other", WhoFixes.OPERATORS_AND_FIRM),
        ("RNG9999", "other", WhoFixes.OPERATORS_AND_FIRM),
    ],
)
def test_each_code_has_the_group_of_the_table(code, group, who):
    assert (find_group(code).name, find_group(code).who_fixes) == (group, who)


def test_a_refusal_keeps_the_original_beside_the_sentence():
    problem = explain(AnswerProblem("E0190", "CNPJ do tomador não existe", "toma/CNPJ"))

    assert problem.message_pt.startswith("A Receita não encontrou o CNPJ do cliente")
    assert problem.original == "E0190 CNPJ do tomador não existe toma/CNPJ"
    assert problem.next_step


def test_an_unknown_code_is_shown_as_received():
    problem = explain(AnswerProblem("E4321", "Regra nova do fisco"))

    assert "Regra nova do fisco" in problem.message_pt
    assert "E4321" in problem.message_pt


def test_every_catalogued_code_says_something_and_what_comes_next():
    for code in {*get_official_messages(), *get_rules()}:
        problem = explain(AnswerProblem(code))
        assert problem.message_pt
        assert problem.next_step


def test_only_maintenance_is_worth_repeating_unchanged():
    assert is_transient(explain_all([AnswerProblem("E1217"), AnswerProblem("E1206")]))
    assert not is_transient(explain_all([AnswerProblem("E1217"), AnswerProblem("E0008")]))
    assert not is_transient([])
