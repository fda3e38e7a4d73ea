"""PlugNotas' rows, sentences and bodies, in all the ways that they come."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from core.errors import Unavailable, Unknown, Unreadable
from core.tests.stranger import answer, by_path, running_stranger
from fiscal.documents.retentions import withhold
from fiscal.enumerations import Environment, IssTreatment, NoteStatus, SpecialRegime, TaxRegime, WhoFixes
from fiscal.gateways.base import (
    Accepted,
    Allocation,
    Canceled,
    CancellationPending,
    GatewayAccountTrouble,
    Issued,
    NoteReference,
    NotFound,
    NotReady,
    NotSupported,
    Rejected,
    Taken,
    Unrecognized,
)
from fiscal.gateways.plugnotas import CompanyRegistration, PlugNotasAccount, PlugNotasGateway
from fiscal.gateways.plugnotas import client as plugnotas_client
from fiscal.gateways.plugnotas.company import SECRET_HEADER, RegistrationRefused
from fiscal.gateways.plugnotas.note import build_address, build_note, build_phone
from fiscal.gateways.plugnotas.rows import newest, read_row, read_sentence
from fiscal.tests.notes import (
    ADDRESS,
    CLINIC,
    ISSUER_CNPJ,
    KEY,
    NOW,
    PASSWORD,
    TAKER_CNPJ,
    make_issuer,
    make_service,
    make_snapshot,
)
from fiscal.values import FederalRates, FederalTaxes, IbsCbs

ISSUER = make_issuer(main_cnae="6209100", address=ADDRESS)
REFERENCE = NoteReference(ISSUER_CNPJ, provider_id="5f9f", integration_id="inv-1")
ALLOCATION = Allocation("inv-1", NOW)
NOTHING = '{"error": {"message": "Não localizamos qualquer NFSe com os parâmetros informados"}}'


def make_note(**changes):
    snapshot = make_snapshot(**{"issuer": ISSUER, "iss_rate": Decimal("2.50"), **changes})
    return json.loads(build_note(snapshot, ALLOCATION))[0]


def make_row(**changes):
    row = {"id": "5f9f", "idIntegracao": "inv-1", "emissao": "24/11/2026", "situacao": "CONCLUIDO"}
    row |= {"prestador": ISSUER_CNPJ, "tomador": TAKER_CNPJ, "valorServico": 1500, "numeroNfse": "42"}
    return {name: value for name, value in {**row, **changes}.items() if value is not None}


@pytest.fixture
def vendor(settings, monkeypatch):
    monkeypatch.setattr("core.http.client.RETRY_WAITS", ())
    with running_stranger() as stranger:
        settings.PLUGNOTAS_BASE_URL = stranger.url
        yield stranger


@pytest.fixture
def prepared():
    return PlugNotasGateway().prepare(make_snapshot(issuer=ISSUER, iss_rate=Decimal("2.50")), ALLOCATION)


# --- The body --------------------------------------------------------------------------------------
def test_a_snapshot_becomes_an_array_of_one_note():
    note = make_note(service=make_service(ctribmun="001"))

    assert note["idIntegracao"] == "inv-1"
    assert note["enviarEmail"] is False
    assert note["rps"] == {"dataEmissao": "2026-11-24T12:00:00", "competencia": "2026-11-22"}
    assert note["prestador"] == {"cpfCnpj": ISSUER_CNPJ}
    assert note["tomador"]["cpfCnpj"] == TAKER_CNPJ
    assert note["tomador"]["endereco"] == {
        "tipoLogradouro": "Rua",
        "logradouro": "da Praia",
        "numero": "100",
        "bairro": "Centro",
        "codigoCidade": "4314902",
        "descricaoCidade": "Porto Alegre",
        "estado": "RS",
        "cep": "90010000",
    }
    assert note["servico"] == [
        {
            "codigo": "010701",
            "codigoTributacao": "001",
            "cnae": "6209100",
            "discriminacao": "Manutenção do site em novembro",
            "codigoCidadeIncidencia": "4314902",
            "iss": {"tipoTributacao": 6, "exigibilidade": 1, "retido": False, "aliquota": 2.5},
            "valor": {"servico": 1500.0},
        }
    ]


def test_what_the_snapshot_does_not_say_is_left_out():
    note = make_note(taker=None, iss_rate=None)

    assert "tomador" not in note
    assert "aliquota" not in note["servico"][0]["iss"]


def test_an_incomplete_address_is_left_out_whole():
    assert build_address(replace(ADDRESS, number="")) is None
    assert (
        "endereco" not in make_note(taker=replace(CLINIC, address=replace(ADDRESS, district="")))["tomador"]
    )


@pytest.mark.parametrize(
    ("changes", "iss"),
    [
        ({"withheld": True}, (5, 1)),
        ({"iss_treatment": IssTreatment.IMMUNE}, (2, 5)),
        ({"iss_treatment": IssTreatment.NOT_INCIDENT}, (3, 2)),
        ({"service": make_service(ctribnac="070201", place_city_code="3550308")}, (7, 1)),
    ],
)
def test_the_kinds_of_iss_have_the_vendors_numbers(changes, iss):
    found = make_note(**changes)["servico"][0]["iss"]

    assert (found["tipoTributacao"], found["exigibilidade"]) == iss


def test_federal_retentions_are_sent_each_on_its_own():
    rates = FederalRates(
        irrf_rate=Decimal("1.50"),
        inss_rate=Decimal("11"),
        csll_rate=Decimal(1),
        pis_rate=Decimal("0.65"),
        cofins_rate=Decimal(3),
        pis_cofins_cst="01",
    )

    note = make_note(federal=withhold(rates, Decimal("1490.00")), discount_unconditional=Decimal("10.00"))

    assert note["servico"][0]["retencao"] == {
        "irrf": {"aliquota": 1.5, "valor": 22.35},
        "csll": {"aliquota": 1.0, "baseCalculo": 1490.0, "valor": 14.9},
        "pis": {"cst": "01", "aliquota": 0.65, "baseCalculo": 1490.0, "valor": 9.68},
        "cofins": {"cst": "01", "aliquota": 3.0, "baseCalculo": 1490.0, "valor": 44.7},
        "inss": {"aliquota": 11.0, "valor": 163.9},
        "tipoRetencaoPisCofinsCSLL": "3",
    }


def test_the_company_s_own_pis_and_cofins_are_no_retention():
    own = FederalTaxes(pis_cofins_cst="01", pis_cofins_base=Decimal(1500), pis_rate=Decimal("0.65"))

    assert "retencao" not in make_note(federal=own)["servico"][0]
    assert make_note(federal=replace(own, irrf_withheld=Decimal("22.50")))["servico"][0]["retencao"] == {
        "irrf": {"valor": 22.5}
    }


def test_discounts_and_reform_are_sent():
    note = make_note(ibs_cbs=IbsCbs("100301", "000", "000001"), discount_unconditional=Decimal("10.10"))

    assert note["servico"][0]["valor"]["descontoIncondicionado"] == 10.1
    assert note["ibscbs"] == {
        "codigoOperacao": "100301",
        "valores": {"tributacao": {"cst": "000", "cct": "000001"}},
    }


def test_a_service_elsewhere_names_its_city():
    service = make_service(place_city_code="3550308", place_city_name="São Paulo")

    assert make_note(service=service)["cidadePrestacao"] == {"codigo": "3550308", "descricao": "São Paulo"}


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("+5551999120001", {"ddd": "51", "numero": "999120001"}),
        ("(55) 3222-0001", {"ddd": "55", "numero": "32220001"}),
        ("32220001", None),
        ("", None),
    ],
)
def test_a_phone_is_area_code_and_number_or_nothing(text, phone):
    assert build_phone(text) == phone


# --- Rows ------------------------------------------------------------------------------------------
def test_a_concluded_row_is_an_issued_note():
    row = make_row(codigoVerificacao="ABC123", autorizacao="24/11/2026", novidade={"x": 1})

    issued = read_row(row, ISSUER_CNPJ)

    assert isinstance(issued, Issued)
    assert (issued.number, issued.verification_code, issued.access_key) == ("42", "ABC123", "")
    assert issued.issued_at.isoformat() == "2026-11-24T00:00:00-03:00"
    assert issued.status is NoteStatus.AUTHORIZED


def test_a_note_of_the_nacional_brings_its_key():
    assert read_row(make_row(codigoVerificacao=KEY), ISSUER_CNPJ).access_key == KEY


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        ("PROCESSANDO", Accepted),
        ("concluido", Issued),
        ("CANCELADO", Issued),
        ("REJEITADO", Rejected),
        ("DENEGADO", Rejected),
        ("INTERROMPIDO", Rejected),
        ("SUSPENSO", Unrecognized),
        ("", Unrecognized),
    ],
)
def test_each_state_has_its_outcome(state, kind):
    outcome = read_row(make_row(situacao=state), ISSUER_CNPJ)

    assert isinstance(outcome, kind)
    assert outcome.reference.provider_id == "5f9f"


@pytest.mark.parametrize(
    ("state", "needs"), [("REJEITADO", False), ("DENEGADO", True), ("INTERROMPIDO", True)]
)
def test_what_the_vendor_gave_up_needs_a_person(state, needs):
    assert read_row(make_row(situacao=state), ISSUER_CNPJ).needs_person is needs


def test_a_row_of_a_canceled_note_says_so():
    assert read_row(make_row(situacao="CANCELADO"), ISSUER_CNPJ).status is NoteStatus.CANCELED


def test_the_newest_row_counts():
    rows = [
        make_row(id="aa", emissao="01/12/2026"),
        make_row(id="cc", emissao="24/11/2026"),
        make_row(id="bb", emissao="01/12/2026"),
        "nonsense",
    ]

    assert newest(rows)["id"] == "bb"
    assert newest([]) is None
    assert newest({"id": "x"}) is None


@pytest.mark.parametrize(
    ("text", "code", "who"),
    [
        ("E0190: CNPJ do tomador não existe", "E0190", WhoFixes.CLIENT_OR_FIRM),
        ("Certificado digital vencido", "PLUGNOTAS", WhoFixes.FIRM),
        ("E160 - Item da lista de serviço inexistente", "PLUGNOTAS", WhoFixes.FIRM),
        ("Inscrição Municipal do prestador não encontrada", "PLUGNOTAS", WhoFixes.FIRM),
        ("Alíquota informada não confere", "PLUGNOTAS", WhoFixes.FIRM),
        ("CEP do tomador inválido", "PLUGNOTAS", WhoFixes.CLIENT_OR_FIRM),
        ("Erro 42", "PLUGNOTAS", WhoFixes.OPERATORS_AND_FIRM),
        ("", "PLUGNOTAS", WhoFixes.OPERATORS_AND_FIRM),
    ],
)
def test_a_citys_sentence_falls_into_a_group(text, code, who):
    problem = read_sentence(text)

    assert (problem.code, problem.who_fixes) == (code, who)
    assert text in problem.original
    assert problem.message_pt


# --- Answers ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("body", ["{}", "[]", '{"documents": []}', '{"documents": [{"id": ""}]}', "ok", ""])
def test_a_200_without_a_document_is_unknown(vendor, prepared, body):
    vendor.says(answer(200, body))

    with pytest.raises(Unknown):
        PlugNotasGateway().issue(prepared)


def test_the_bytes_that_were_stored_are_the_bytes_that_are_sent(vendor, prepared):
    vendor.says(answer(200, '{"documents": [{"id": "5f9f"}], "protocol": "p1"}'))

    accepted = PlugNotasGateway().issue(prepared)

    assert vendor.requests[0]["body"] == prepared.payload
    assert vendor.requests[0]["headers"]["x-api-key"] == "sandbox"
    assert (accepted.reference.provider_id, accepted.reference.protocol) == ("5f9f", "p1")


def test_a_400_names_every_field(vendor, prepared):
    fields = {"servico[0].iss.aliquota": "Campo obrigatório", "tomador.cpfCnpj": "CPF ou CNPJ inválido"}
    error = {"message": "Falha na validação do JSON de NFSe", "data": {"fields": fields}}
    vendor.says(answer(400, json.dumps({"error": error})))

    outcome = PlugNotasGateway().issue(prepared)

    assert [problem.field for problem in outcome.problems] == list(fields)
    assert [problem.who_fixes for problem in outcome.problems] == [WhoFixes.FIRM, WhoFixes.CLIENT_OR_FIRM]


@pytest.mark.parametrize("status", [400, 404, 405])
def test_a_4xx_that_is_not_the_vendors_is_unknown(vendor, prepared, status):
    vendor.says(answer(status, "<html>proxy</html>"))

    with pytest.raises(Unknown):
        PlugNotasGateway().issue(prepared)


@pytest.mark.parametrize("status", [401, 403])
def test_a_wrong_key_is_our_trouble_and_blames_no_data(vendor, prepared, status):
    vendor.says(answer(status, '{"error": {"message": "Token inválido"}}'))

    with pytest.raises(GatewayAccountTrouble) as trouble:
        PlugNotasGateway().issue(prepared)

    assert "Já avisamos" in trouble.value.message


@pytest.mark.parametrize("status", [413, 429])
def test_too_much_is_tried_later(vendor, prepared, status):
    vendor.says(answer(status, ""))

    with pytest.raises(Unavailable):
        PlugNotasGateway().issue(prepared)


def test_a_404_without_the_vendors_sentence_is_not_absent(vendor, prepared):
    vendor.says(answer(404, "<html>nada aqui</html>"))

    with pytest.raises(Unavailable):
        PlugNotasGateway().find(prepared)


@pytest.mark.parametrize("reply", [answer(404, NOTHING), answer(200, "[]")])
def test_the_vendors_sentence_and_an_empty_list_are_absent(vendor, prepared, reply):
    vendor.says(reply)

    assert PlugNotasGateway().find(prepared) == NotFound("inv-1")


def test_something_that_is_no_list_is_unreadable(vendor, prepared):
    vendor.says(answer(200, '{"situacao": "CONCLUIDO"}'))

    with pytest.raises(Unreadable):
        PlugNotasGateway().find(prepared)


def test_already_there_and_not_found_is_unknown(vendor, prepared):
    vendor.says(answer(409, '{"error": {"message": "Já existe"}}'), answer(404, NOTHING))

    with pytest.raises(Unknown):
        PlugNotasGateway().issue(prepared)


def test_already_there_and_no_answer_is_unknown(vendor, prepared):
    vendor.says(answer(409, '{"error": {"message": "Já existe"}}'), answer(500))

    with pytest.raises(Unknown):
        PlugNotasGateway().issue(prepared)


@pytest.mark.parametrize("changes", [{"valorServico": 1500.01}, {"tomador": ISSUER_CNPJ}, {"tomador": ""}])
def test_a_row_of_other_content_is_not_adopted(vendor, prepared, changes):
    vendor.says(answer(200, json.dumps([make_row(**changes)])))

    assert isinstance(PlugNotasGateway().find(prepared), Taken)


def test_a_row_that_leaves_the_content_out_is_read_in_full(vendor, prepared):
    vendor.says(
        by_path(
            {
                "GET /consultar/inv-1/12345678000195": answer(
                    200, json.dumps([make_row(valorServico=None, tomador=None)])
                ),
                "GET /nfse/5f9f": answer(200, json.dumps(json.loads(prepared.payload)[0])),
            }
        )
    )

    assert isinstance(PlugNotasGateway().find(prepared), Issued)


def test_a_row_whose_amount_nobody_tells_proves_nothing(vendor, prepared):
    vendor.says(answer(200, json.dumps([make_row(valorServico=None)])), answer(404, NOTHING))

    with pytest.raises(Unreadable):
        PlugNotasGateway().find(prepared)


def test_an_unknown_state_keeps_its_name_for_the_alarm(vendor):
    vendor.says(answer(200, json.dumps([make_row(situacao="EM ANALISE")])))

    assert PlugNotasGateway().fetch(REFERENCE) == Unrecognized(
        NoteReference(ISSUER_CNPJ, provider_id="5f9f", integration_id="inv-1"), "EM ANALISE"
    )


def test_a_note_without_the_vendors_id_is_read_by_ours(vendor):
    vendor.says(answer(200, json.dumps([make_row()])))

    PlugNotasGateway().fetch(NoteReference(ISSUER_CNPJ, integration_id="inv-1"))

    assert vendor.requests[0]["path"] == "/nfse/consultar/inv-1/12345678000195"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ({"situacao": "PROCESSANDO"}, CancellationPending),
        ({"situacao": "CONCLUIDO"}, CancellationPending),
        ({"situacao": "REJEITADO", "mensagem": "Prazo expirado"}, Rejected),
        ({"status": "ERRO", "mensagem": "Prazo expirado"}, Rejected),
        ({"data": {"protocol": "p"}}, CancellationPending),
    ],
)
def test_each_state_of_a_cancellation_has_its_outcome(vendor, status, kind):
    vendor.says(
        by_path(
            {
                "GET /consultar/5f9f": answer(200, json.dumps([make_row()])),
                "GET /cancelar/status/5f9f": answer(200, json.dumps(status)),
            }
        )
    )

    assert isinstance(PlugNotasGateway().find_cancellation(REFERENCE), kind)


def test_a_note_that_is_canceled_already_is_not_asked_to_cancel(vendor):
    vendor.says(answer(200, json.dumps([make_row(situacao="CANCELADO")])))

    outcome = PlugNotasGateway().cancel(REFERENCE, reason_code="1", text="Valor da nota estava errado")

    assert isinstance(outcome, Canceled)
    assert outcome.already
    assert [request["method"] for request in vendor.requests] == ["GET"]


def test_a_note_in_another_state_has_no_events_state(vendor):
    vendor.says(answer(200, json.dumps([make_row(situacao="PROCESSANDO")])))

    with pytest.raises(Unavailable):
        PlugNotasGateway().state(REFERENCE)


def test_there_is_no_fiscal_analysis_here():
    with pytest.raises(NotSupported):
        PlugNotasGateway().request_analysis(REFERENCE, reason_code="1", text="Valor estava errado")

    assert not PlugNotasGateway.offers_analysis


@pytest.mark.parametrize(
    ("reply", "raised"),
    [
        (answer(202, '{"message": "PDF em processamento"}'), NotReady),
        (answer(200, "<html>", Content_Type="text/html"), Unreadable),
        (answer(404, NOTHING), Unavailable),
        (answer(500), Unavailable),
    ],
)
def test_only_a_pdf_is_a_pdf(vendor, reply, raised):
    vendor.says(reply)

    with pytest.raises(raised):
        PlugNotasGateway().pdf(REFERENCE)


def test_a_file_is_recorded_by_its_size_only(vendor):
    seen = []
    vendor.says(answer(200, b"%PDF-1.7 segredo", Content_Type="application/pdf"))

    PlugNotasGateway(record=seen.append).pdf(REFERENCE)

    assert [exchange.text for exchange in seen] == ["(application/pdf, 16 bytes)"]


# --- Set-up ----------------------------------------------------------------------------------------
class TestSetUp:
    @pytest.fixture
    def account(self, sandbox):
        return PlugNotasAccount()

    @pytest.fixture
    def pfx(self, sandbox_server):
        return sandbox_server.make_pfx(ISSUER_CNPJ, password=PASSWORD)

    @pytest.fixture
    def registration(self, account, pfx):
        certificate_id = account.save_certificate(pfx, PASSWORD, email="a@nitro.example")
        return CompanyRegistration(ISSUER, Environment.STAGING, certificate_id, next_number=50)

    def read(self, path):
        return plugnotas_client.PlugNotasClient().read("test", path).body

    def test_a_company_is_registered_in_homologation(self, account, registration):
        account.save_company(registration)

        company = self.read(f"/empresa/{ISSUER_CNPJ}")
        assert company["razaoSocial"] == "Oficina Rota Sul Ltda"
        assert (company["simplesNacional"], company["regimeTributario"]) == (True, 1)
        assert company["certificado"] == registration.certificate_id
        assert company["nfse"]["config"]["producao"] is False
        assert company["nfse"]["config"]["email"] == {"envio": False}

    def test_registering_again_changes_the_company_and_never_its_counters(self, account, registration):
        account.save_company(registration)

        account.save_company(
            replace(registration, environment=Environment.PRODUCTION, series="9", next_number=1)
        )

        config = self.read(f"/empresa/{ISSUER_CNPJ}")["nfse"]["config"]
        assert config["producao"] is True
        assert config["rps"] == {"serie": "1", "numero": 50, "lote": 1}

    def test_a_renewed_certificate_keeps_its_id(self, account, registration, pfx):
        again = account.save_certificate(
            pfx, PASSWORD, email="a@nitro.example", certificate_id=registration.certificate_id
        )

        assert again == registration.certificate_id
        assert len(self.read("/certificado")) == 1

    def test_a_certificate_that_the_vendor_lost_is_sent_anew(self, account, pfx):
        found = account.save_certificate(pfx, PASSWORD, email="a@nitro.example", certificate_id="f" * 24)

        assert found != "f" * 24

    def test_a_refusal_says_why(self, account, registration, pfx):
        with pytest.raises(RegistrationRefused, match="arquivo ou senha"):
            account.save_certificate(pfx, "outra", email="a@nitro.example")
        with pytest.raises(RegistrationRefused, match=r"endereco\.cep"):
            account.save_company(replace(registration, issuer=replace(ISSUER, address=None)))

    def test_a_special_regime_without_a_known_number_is_not_guessed(self, account, registration):
        issuer = replace(ISSUER, special_regime=SpecialRegime.NOTARY, tax_regime=TaxRegime.NORMAL)

        with pytest.raises(RegistrationRefused, match="regime especial"):
            account.save_company(replace(registration, issuer=issuer))

    def test_the_webhook_is_written_once_and_rewritten_only_when_different(
        self, sandbox, account, registration
    ):
        account.save_company(registration)
        for secret in ("um", "um", "dois"):
            account.save_webhook(
                ISSUER_CNPJ, url="https://nitro.example/webhooks/plugnotas/k/", secret=secret
            )

        hook = self.read(f"/empresa/{ISSUER_CNPJ}/webhook")
        written = [call["method"] for call in sandbox.calls("plugnotas") if call["path"].endswith("/webhook")]
        assert hook["headers"] == {SECRET_HEADER: "dois"}
        assert [method for method in written if method != "GET"] == ["POST", "PUT"]

    def test_nothing_secret_is_in_the_repr(self, registration):
        registration = replace(registration, city_password="segredo")

        assert "segredo" not in repr(registration)
