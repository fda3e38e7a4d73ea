"""What SEFIN has been seen to answer, said by a stranger over mutual TLS."""

import contextlib
import gzip
import json
import ssl
from base64 import b64encode
from dataclasses import replace
from decimal import Decimal

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from core.errors import ProviderError, Refused, Unavailable, Unknown, Unreadable
from core.tests.stranger import answer, by_path, drop, running_stranger
from fiscal.documents.certificates import open_pfx
from fiscal.documents.envelopes import pack
from fiscal.enumerations import NoteStatus
from fiscal.gateways import get_gateway
from fiscal.gateways.base import (
    Allocation,
    Canceled,
    CancellationPending,
    CertificateNeeded,
    CertificateRejected,
    Issued,
    NoteReference,
    NotFound,
    Rejected,
    Taken,
)
from fiscal.gateways.national import client as national_client
from fiscal.tests.notes import (
    ISSUER_CNPJ,
    KEY,
    NOW,
    PASSWORD,
    PORTO_ALEGRE,
    SAMPLES,
    make_nfse,
    make_snapshot,
)
from sandbox import pki
from sandbox.tls import make_context

REFERENCE = NoteReference(ISSUER_CNPJ, access_key=KEY)


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return pki.set_up(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def certificate(authority):
    home = authority.folder.parent.parent
    return open_pfx(pki.make_pfx(ISSUER_CNPJ, "OFICINA", PASSWORD, home=home), PASSWORD)


@pytest.fixture
def sefin(authority, settings, monkeypatch):
    monkeypatch.setattr(national_client, "RETRY_WAITS", ())
    with running_stranger(make_context(authority)) as stranger:
        settings.SEFIN_STAGING_URL = settings.ADN_STAGING_URL = stranger.url
        settings.SEFIN_CA_FILE = authority.ca_file
        yield stranger


@pytest.fixture
def gateway(sefin, certificate):
    return get_gateway("national", environment="staging", city_code=PORTO_ALEGRE, certificate=certificate)


@pytest.fixture
def prepared(gateway):
    return gateway.prepare(make_snapshot(), Allocation("inv-1", NOW, series=900, number=57))


def envelope(prepared, **changes):
    note = make_nfse(prepared.payload)
    body = {"idDps": prepared.id, "chaveAcesso": KEY, "nfseXmlGZipB64": pack(note), "alertas": []}
    return {name: value for name, value in {**body, **changes}.items() if value is not None}


def said(status, body):
    return answer(status, body if isinstance(body, bytes) else json.dumps(body))


def error(code, **fields):
    return {"codigo": code, "descricao": "Motivo oficial", **fields}


def test_a_201_is_an_issued_note_with_its_bytes_untouched(sefin, gateway, prepared):
    alerts = [{"codigo": "A1", "descricao": "Confira o IBS"}]
    sefin.says(said(201, envelope(prepared, alertas=alerts)))

    issued = gateway.issue(prepared)

    assert isinstance(issued, Issued)
    assert (issued.access_key, issued.number, issued.adopted) == (KEY, "42", False)
    assert issued.xml == make_nfse(prepared.payload)
    assert issued.alerts == ("A1 Confira o IBS",)


@pytest.mark.parametrize(
    "changes",
    [
        {"chaveAcesso": None},
        {"chaveAcesso": "123"},
        {"erros": [error("E0190")]},
        {"nfseXmlGZipB64": pack(b"<outra/>")},
    ],
    ids=["without key", "with a short key", "with errors", "with another document"],
)
def test_an_incomplete_2xx_is_unknown(sefin, gateway, prepared, changes):
    sefin.says(said(201, envelope(prepared, **changes)))

    with pytest.raises(Unknown):
        gateway.issue(prepared)


@pytest.mark.parametrize("document", [None, "", "não é base64", pack(b"<nota/>"), pack(b"<nota/>")[:20]])
def test_a_key_with_an_unreadable_document_leads_to_the_document(sefin, gateway, prepared, document):
    sefin.says(
        by_path(
            {
                "POST /nfse": said(201, envelope(prepared, nfseXmlGZipB64=document)),
                f"GET /nfse/{KEY}": said(200, envelope(prepared)),
            }
        )
    )

    issued = gateway.issue(prepared)

    assert isinstance(issued, Issued)
    assert issued.xml == make_nfse(prepared.payload)


def test_a_key_whose_document_never_comes_is_unknown(sefin, gateway, prepared):
    sefin.says(by_path({"POST /nfse": said(201, envelope(prepared, nfseXmlGZipB64=None))}))

    with pytest.raises(Unknown):
        gateway.issue(prepared)


def test_a_document_that_unpacks_to_no_end_is_unknown(sefin, gateway, prepared):
    bomb = b64encode(gzip.compress(b"<a>" + b" " * (51 * 1024 * 1024), 9)).decode()
    sefin.says(by_path({"POST /nfse": said(201, envelope(prepared, nfseXmlGZipB64=bomb))}))

    with pytest.raises(Unknown):
        gateway.issue(prepared)


def test_an_answer_above_8_mb_is_unknown(sefin, gateway, prepared):
    sefin.says(answer(201, b" " * (8 * 1024 * 1024 + 1)))

    with pytest.raises(Unknown):
        gateway.issue(prepared)


@pytest.mark.parametrize(
    "body",
    [
        {"erros": [error("E0190", complemento="toma")]},
        {"erros": [{"Codigo": "E0190", "Descricao": "Motivo oficial", "Complemento": "toma"}]},
        {"erro": error("E0190", complemento="toma")},
        {"erro": [error("E0190", complemento="toma")]},
    ],
    ids=["erros", "PascalCase", "erro", "erro list"],
)
def test_every_envelope_of_reasons_is_a_rejection(sefin, gateway, prepared, body):
    sefin.says(said(400, body))

    outcome = gateway.issue(prepared)

    assert isinstance(outcome, Rejected)
    [problem] = outcome.problems
    assert (problem.code, problem.field, problem.original) == (
        "E0190",
        "toma/CNPJ",
        "E0190 Motivo oficial toma",
    )


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, {"erro": "Bad Gateway"}),
        (400, {"erros": [{}]}),
        (400, {"title": "One or more validation errors occurred.", "status": 400, "errors": {}}),
        (404, b"<html>nada</html>"),
        (400, b""),
        (409, {"erros": [{"codigo": "X1"}]}),
        (500, {"erros": [error("E0190")]}),
    ],
)
def test_a_4xx_without_reasons_and_any_5xx_are_unknown(sefin, gateway, prepared, status, body):
    sefin.says(said(status, body))

    with pytest.raises(Unknown):
        gateway.issue(prepared)


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("body", [b"<html><title>403 Forbidden</title></html>", b""])
def test_the_edge_refusing_the_certificate_says_who_fixes_it(sefin, gateway, prepared, status, body):
    sefin.says(said(status, body), answer(404, ""))

    outcome = gateway.issue(prepared)

    assert isinstance(outcome, Rejected)
    [problem] = outcome.problems
    assert (problem.code, problem.who_fixes, problem.original) == ("HTTP-403", "firm", f"HTTP {status}")
    assert "certificado" in problem.message_pt


@pytest.mark.parametrize(
    "refusal",
    [said(403, b""), said(401, b""), said(400, {"erros": [error("E4242")]})],
    ids=["403", "401", "new code"],
)
def test_a_refusal_that_says_little_is_asked_about_and_may_have_issued_the_note(
    sefin, gateway, prepared, refusal
):
    sefin.says(already_used(prepared, **{"POST /nfse": refusal}))

    outcome = gateway.issue(prepared)

    assert isinstance(outcome, Issued)
    assert outcome.adopted


@pytest.mark.parametrize("silence", [answer(403, ""), answer(500, "")])
def test_a_refusal_that_says_little_and_cannot_be_asked_about_is_unknown(sefin, gateway, prepared, silence):
    sefin.says(said(403, b""), silence, silence, silence)

    with pytest.raises(Unknown):
        gateway.issue(prepared)


def test_a_code_of_the_tables_is_believed_and_asked_about_no_further(sefin, gateway, prepared):
    sefin.says(said(400, {"erros": [error("E0190")]}))

    assert isinstance(gateway.issue(prepared), Rejected)
    assert [request["method"] for request in sefin.requests] == ["POST"]


def test_a_certificate_refused_in_the_handshake_is_told_alike(
    authority, gateway, prepared, settings, tmp_path
):
    context = make_context(pki.set_up(tmp_path))
    context.load_cert_chain(authority.server_file, authority.server_key_file)
    with running_stranger(context) as other:
        settings.SEFIN_STAGING_URL = other.url
        gateway = get_gateway(
            "national",
            environment="staging",
            city_code=PORTO_ALEGRE,
            certificate=gateway._given_certificate,
        )
        outcome = gateway.issue(prepared)
        with pytest.raises(CertificateRejected):
            gateway.find(prepared)

    assert isinstance(outcome, Rejected)
    assert outcome.problems[0].code == "HTTP-403"


@pytest.mark.parametrize("code", ["E1206", "E1217"])
def test_what_passes_by_itself_is_unavailable(sefin, gateway, prepared, code):
    sefin.says(said(400, {"erros": [error(code)]}))

    with pytest.raises(Unavailable) as trouble:
        gateway.issue(prepared)

    assert trouble.value.retry_after == 60


def test_what_passes_by_itself_beside_what_does_not_is_a_rejection(sefin, gateway, prepared):
    sefin.says(said(400, {"erros": [error("E1217"), error("E0190")]}))

    assert isinstance(gateway.issue(prepared), Rejected)


def already_used(prepared, **replies):
    return by_path(
        {
            "POST /nfse": said(400, {"erros": [error("E0190"), error("E0014")]}),
            f"HEAD /dps/{prepared.id}": answer(200, ""),
            f"GET /dps/{prepared.id}": said(200, {"chaveAcesso": KEY}),
            f"GET /nfse/{KEY}": said(200, envelope(prepared)),
            **replies,
        }
    )


def test_already_used_anywhere_among_the_reasons_is_looked_up_and_adopted(sefin, gateway, prepared):
    sefin.says(already_used(prepared))

    outcome = gateway.issue(prepared)

    assert isinstance(outcome, Issued)
    assert outcome.adopted


@pytest.mark.parametrize("broken", ["HEAD /dps/{}", "GET /dps/{}", "GET /nfse/{key}"])
def test_already_used_that_cannot_be_looked_up_is_unknown(sefin, gateway, prepared, broken):
    path = broken.format(prepared.id, key=KEY)
    sefin.says(already_used(prepared, **{path: answer(500)}))

    with pytest.raises(Unknown):
        gateway.issue(prepared)


def test_already_used_and_nothing_found_is_unknown(sefin, gateway, prepared):
    sefin.says(said(400, {"erros": [error("E0014")]}), answer(404, ""))

    with pytest.raises(Unknown):
        gateway.issue(prepared)


def test_an_error_without_explanation_is_a_rejection_once_the_note_is_proved_absent(sefin, gateway, prepared):
    sefin.says(said(400, {"erros": [error("E999")]}), answer(404, ""))

    outcome = gateway.issue(prepared)

    assert isinstance(outcome, Rejected)
    assert outcome.problems[0].code == "E999"


def test_an_error_without_explanation_may_have_issued_the_note(sefin, gateway, prepared):
    replies = {"POST /nfse": said(400, {"erros": [error("E999")]})}
    sefin.says(already_used(prepared, **replies))

    assert isinstance(gateway.issue(prepared), Issued)


def test_an_earlier_attempt_with_the_same_content_is_ours(sefin, gateway, prepared):
    rebuilt = gateway.prepare(
        make_snapshot(), Allocation("inv-1", NOW.replace(minute=1), series=900, number=57)
    )
    assert rebuilt.payload != prepared.payload
    sefin.says(already_used(prepared))

    assert isinstance(gateway.find(rebuilt), Issued)


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": Decimal("1500.01")},
        {"taker": None},
        {"competence_date": NOW.date()},
        {"service": replace(make_snapshot().service, description="Outra coisa")},
        {"service": replace(make_snapshot().service, ctribnac="010501")},
    ],
    ids=["amount", "taker", "competence", "description", "service"],
)
def test_a_note_that_differs_in_one_thing_is_not_ours(sefin, gateway, prepared, changes):
    other = gateway.prepare(make_snapshot(**changes), Allocation("inv-1", NOW, series=900, number=57))
    sefin.says(already_used(prepared))

    assert isinstance(gateway.find(other), Taken)


# --- Questions -------------------------------------------------------------------------------------
def test_the_key_of_a_dps_may_come_in_the_location_only(sefin, gateway, prepared):
    location = answer(200, "{}", Location=f"/SefinNacional/nfse/{KEY}")
    sefin.says(already_used(prepared, **{f"GET /dps/{prepared.id}": location}))

    assert isinstance(gateway.find(prepared), Issued)


@pytest.mark.parametrize(
    ("status", "raised"),
    [
        (400, Refused),
        (403, CertificateRejected),
        (401, CertificateRejected),
        (405, Unavailable),
        (500, Unavailable),
    ],
)
def test_only_a_404_says_that_there_is_no_note(sefin, gateway, prepared, status, raised):
    sefin.says(answer(status, ""))

    with pytest.raises(raised):
        gateway.find(prepared)


def test_a_200_for_a_note_without_a_note_is_unreadable(sefin, gateway):
    sefin.says(said(200, {"mensagem": "ok"}))

    with pytest.raises(Unreadable):
        gateway.fetch(REFERENCE)


def test_a_note_that_nobody_has_is_not_found(sefin, gateway):
    sefin.says(answer(404, ""))

    assert gateway.fetch(REFERENCE) == NotFound(KEY)


def test_a_redirect_is_followed_by_nobody(sefin, gateway, prepared):
    sefin.says(answer(302, "", Location="/outro"))

    with pytest.raises(Refused):
        gateway.issue(prepared)

    assert len(sefin.requests) == 1


def test_a_question_is_asked_three_times(sefin, gateway, prepared, monkeypatch):
    monkeypatch.setattr(national_client, "RETRY_WAITS", (0.01, 0.01))
    sefin.says(drop, answer(503), answer(404, ""))

    assert gateway.find(prepared) == NotFound(prepared.id)


def test_each_certificate_is_what_sefin_sees(sefin, gateway, prepared, certificate):
    sefin.says(answer(404, ""))

    gateway.find(prepared)

    assert sefin.requests[0]["peer"] == certificate.certificate.public_bytes(Encoding.DER)


def test_a_server_may_ask_for_the_certificate_after_the_handshake(
    authority, gateway, prepared, certificate, settings
):
    context = make_context(authority)
    context.maximum_version = context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.post_handshake_auth = True
    peers = []

    def ask_late(handler, stranger):
        connection = handler.connection
        peers.append(connection.getpeercert(binary_form=True))
        connection.verify_client_post_handshake()
        handler.send_response(100)
        handler.end_headers()
        handler.wfile.flush()  # what makes the question leave
        connection.settimeout(1)
        with contextlib.suppress(TimeoutError):
            connection.recv(1)
        peers.append(connection.getpeercert(binary_form=True))
        answer(404, "")(handler, stranger)

    with running_stranger(context) as late:
        late.says(ask_late)
        settings.SEFIN_STAGING_URL = late.url
        own = get_gateway("national", environment="staging", city_code=PORTO_ALEGRE, certificate=certificate)

        assert own.find(prepared) == NotFound(prepared.id)

    assert peers == [None, certificate.certificate.public_bytes(Encoding.DER)]


def test_without_a_certificate_nothing_is_signed_or_sent(sefin, prepared):
    gateway = get_gateway("national", environment="staging", city_code=PORTO_ALEGRE)

    with pytest.raises(CertificateNeeded):
        gateway.prepare(make_snapshot(), Allocation("inv-1", NOW, series=900, number=57))
    with pytest.raises(CertificateNeeded):
        gateway.issue(prepared)

    assert sefin.requests == []


# --- Events ----------------------------------------------------------------------------------------
SAMPLE = json.loads((SAMPLES / "get-eventos-200.json").read_text())


def test_events_come_from_sefin_when_adn_is_away(sefin, gateway):
    code = str(SAMPLE["eventos"][0]["tipoEvento"])
    sefin.says(by_path({"GET /Eventos": answer(503), f"GET /eventos/{code}/1": said(200, SAMPLE)}))

    events = gateway.events(REFERENCE)

    assert [event.fact.code for event in events] == [code]


def test_a_404_of_adn_without_its_envelope_says_nothing_of_the_city(sefin, gateway):
    sefin.says(answer(404, ""))

    assert gateway.events(REFERENCE) == ()

    asked = [request["path"] for request in sefin.requests]
    assert [path for path in asked if "305101" in path]


def test_when_adn_answers_the_city_is_not_asked_for_again(sefin, gateway):
    nothing = {"StatusProcessamento": "NENHUM_DOCUMENTO_LOCALIZADO", "LoteDFe": []}
    sefin.says(by_path({"GET /Eventos": said(404, nothing)}))

    assert gateway.state(REFERENCE).status is NoteStatus.AUTHORIZED

    asked = [request["path"] for request in sefin.requests]
    assert len(asked) == 4
    assert not [path for path in asked if "305101" in path]


@pytest.mark.parametrize("status", [401, 403, 405, 500])
def test_events_that_cannot_be_read_are_not_no_events(sefin, gateway, status):
    sefin.says(answer(status, ""))

    with pytest.raises(ProviderError):
        gateway.events(REFERENCE)


def test_a_list_of_reasons_under_the_singular_name_offers_the_analysis(sefin, gateway):
    body = (SAMPLES / "post-evento-400-erro-list.json").read_text()
    sefin.says(answer(400, body))

    outcome = gateway.cancel(REFERENCE, reason_code="1", text="Valor da nota estava errado")

    assert isinstance(outcome, Rejected)
    assert (outcome.problems[0].code, outcome.problems[0].action) == ("E0822", "offer_e101103")


def test_a_201_without_an_event_is_unknown(sefin, gateway):
    sefin.says(said(201, {"tipoAmbiente": 2}))

    with pytest.raises(Unknown):
        gateway.cancel(REFERENCE, reason_code="1", text="Valor da nota estava errado")


def test_a_refused_repetition_without_readable_events_is_unknown(sefin, gateway):
    sefin.says(said(400, {"erro": error("E0840")}), answer(500))

    with pytest.raises(Unknown):
        gateway.cancel(REFERENCE, reason_code="1", text="Valor da nota estava errado")


def test_a_refused_repetition_is_a_rejection_while_the_note_stands(sefin, gateway):
    sefin.says(said(400, {"erro": error("E0840")}), answer(404, ""))

    outcome = gateway.cancel(REFERENCE, reason_code="1", text="Valor da nota estava errado")

    assert isinstance(outcome, Rejected)
    assert outcome.problems[0].code == "E0840"


class TestWithTheSandbox:
    """What only the national system has: analysis, replacement, branches."""

    @pytest.fixture
    def gateway(self, sandbox, sandbox_server):
        pfx = sandbox_server.make_pfx(ISSUER_CNPJ, password=PASSWORD)
        return get_gateway(
            "national", environment="staging", city_code=PORTO_ALEGRE, certificate=open_pfx(pfx, PASSWORD)
        )

    @pytest.fixture
    def issued(self, gateway):
        prepared = gateway.prepare(make_snapshot(), Allocation("inv-1", NOW, series=900, number=57))
        return gateway.issue(prepared)

    def request(self, gateway, issued):
        return gateway.request_analysis(issued.reference, reason_code="2", text="Serviço não foi prestado")

    def test_the_analysis_waits_for_the_city(self, gateway, issued):
        outcome = self.request(gateway, issued)

        assert isinstance(outcome, CancellationPending)
        assert outcome.in_analysis
        assert b"e101103" in outcome.event
        assert gateway.find_cancellation(issued.reference) == outcome
        assert gateway.state(issued.reference).status is NoteStatus.ANALYSIS_PENDING

    def test_asking_for_analysis_twice_is_one_request(self, gateway, issued):
        self.request(gateway, issued)

        assert isinstance(self.request(gateway, issued), CancellationPending)

    def test_the_city_grants_it(self, sandbox, gateway, issued):
        self.request(gateway, issued)
        sandbox.add_event(issued.access_key, "105104")

        outcome = gateway.find_cancellation(issued.reference)

        assert isinstance(outcome, Canceled)
        assert b"e105104" in outcome.event

    def test_the_city_denies_it(self, sandbox, gateway, issued):
        self.request(gateway, issued)
        sandbox.add_event(issued.access_key, "105105")

        outcome = gateway.find_cancellation(issued.reference)

        assert isinstance(outcome, Rejected)
        assert "não autorizou" in outcome.problems[0].message_pt
        assert gateway.state(issued.reference).status is NoteStatus.AUTHORIZED

    def test_a_canceled_note_keeps_its_event_and_its_picture_says_so(self, gateway, issued):
        before = gateway.pdf(issued.reference)

        canceled = gateway.cancel(issued.reference, reason_code="1", text="Valor da nota estava errado")

        assert b"e101101" in canceled.event
        assert gateway.pdf(issued.reference) != before

    def test_a_lost_number_leads_to_the_note_by_its_dps(self, gateway, issued):
        reference = NoteReference(ISSUER_CNPJ, dps_id=issued.reference.dps_id)

        assert gateway.fetch(reference).access_key == issued.access_key
