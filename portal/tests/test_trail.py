"""The trail of changes on its page (A30)."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from fiscal.enumerations import Gateway, TaxRegime
from nfse.models import ChangeRecord, Firm
from nfse.permissions import Role
from nfse.services.companies import CompanyData, update_company
from nfse.services.firms import FirmData, update_firm
from nfse.services.trail import record_change
from nfse.tests.firms import COMPANY_CNPJS, make_city, make_company
from nfse.trail_words import SUBJECTS, field_label, headline, show_value

pytestmark = pytest.mark.django_db
PAGE = "/notas/historico/"
Action = ChangeRecord.Action


def change(office, actor="accountant", subject="company", action=Action.CHANGED, **what):
    values = {"subject_id": 1, "label": "Algo", "before": {"number": "1"}, "after": {"number": "2"}, **what}
    return record_change(
        firm_id=office.firm.pk, actor_id=getattr(office, actor).pk, action=action, subject=subject, **values
    )


def labels(client, **query):
    return [line.label for line in client.get(PAGE, query).context["changes"]]


def test_a_change_says_who_what_when_and_from_what_to_what(accountant, office, company):
    other = make_city("4314902", "Porto Alegre")
    data = CompanyData(
        legal_name="Oficina Nova Ltda",
        tax_regime=TaxRegime.MEI,
        city_code=other.pk,
        gateway=Gateway.NATIONAL,
        phone="(55) 99912-3456",
    )
    update_company(firm_id=office.firm.pk, user_id=office.accountant.pk, company_id=company.pk, data=data)
    line = accountant.get(PAGE).context["changes"][0]
    assert (line.who, line.headline) == (office.accountant.full_name, "Alterou a empresa")
    assert [(one.label, one.before, one.after) for one in line.fields] == [
        ("Razão social", "Oficina do Vale Ltda", "Oficina Nova Ltda"),
        ("Regime tributário", "Simples Nacional (ME/EPP)", "MEI"),
        ("Cidade", "Santa Maria - RS", "Porto Alegre - RS"),
        ("Telefone", "vazio", "(55) 99912-3456"),
    ]
    page = accountant.get(PAGE).text
    assert f'href="/notas/empresas/{company.pk}/"' in page
    assert "Oficina do Vale Ltda" in page


def test_values_are_words(office):
    for subject, name, value, said in (
        ("member", "role", "attendant", "Atendente"),
        ("member", "is_active", False, "não"),
        ("tax_profile", "limit_cents", 150_000, "R$ 1.500,00"),
        ("certificate", "valid_until", "2027-03-01T02:30:00+00:00", "28/02/2027 23:30"),
        ("company", "opening_date", "2020-03-01", "01/03/2020"),
        ("service", "iss_rate", "2.5", "2,5"),
        ("service", "keywords", ["conserto", "revisão"], "conserto, revisão"),
        ("firm", "document", "11222333000181", "11.222.333/0001-81"),
        ("firm", "logo_version", "abc", "imagem enviada"),
        ("company", "trade_name", "", "vazio"),
        ("taker", "cpf", "•••", "•••"),
        ("unknown", "whatever", "x", "x"),
    ):
        assert show_value(subject, name, value, {}).replace("\xa0", " ") == said


def test_every_field_that_the_trail_may_hold_has_a_label_in_portuguese():
    for subject, (_, model) in SUBJECTS.items():
        for field in model._meta.fields:
            label = field_label(subject, field.attname)
            assert "_" not in label
            assert label[0].isupper() or not label[0].isalpha()


def test_a_change_of_a_takers_remark_from_before_it_was_called_so_has_its_label(accountant, office):
    change(office, subject="taker", before={"notes": ""}, after={"notes": "Pede a nota no dia 5."})

    [field] = accountant.get(PAGE).context["changes"][0].fields

    assert (field.label, field.after) == ("Observações", "Pede a nota no dia 5.")


def test_every_subject_written_by_the_services_has_words(office):
    written = {"firm", "member", "invite", "company", "tax_profile", "service", "certificate", "taker"}
    assert written <= set(SUBJECTS)
    for subject in written:
        assert subject not in headline(subject, Action.CHANGED)


def test_changes_of_team_and_settings_are_for_the_owner(client, accountant, office):
    data = FirmData(legal_name="Contas Novas Ltda")
    update_firm(firm_id=office.firm.pk, user_id=office.owner.pk, data=data)
    change(office, subject="member", label="Alguém", before={"role": "owner"}, after={"role": "attendant"})
    change(office, label="Empresa")
    assert labels(accountant) == ["Empresa"]
    client.force_login(office.owner)
    assert labels(client) == ["Empresa", "Alguém", "Contas Novas Ltda"]


def test_the_filter_by_company_finds_names_documents_and_removed_ones(accountant, office, company):
    other = make_company(office.firm, COMPANY_CNPJS[1], legal_name="Padaria Central Ltda")
    change(office, subject="service", label="Conserto", company_id=company.pk)
    change(office, subject="service", label="Pão", company_id=other.pk)
    change(office, label="Removida e Filhos", action=Action.REMOVED, company_id=999_999)
    assert labels(accountant, empresa="oficina") == ["Conserto"]
    assert labels(accountant, empresa="98.765.432") == ["Pão"]
    assert labels(accountant, empresa="removida") == ["Removida e Filhos"]
    assert labels(accountant, empresa="PADÁRIA central") == ["Pão"]
    assert labels(accountant, empresa="REMOVÍDA") == ["Removida e Filhos"]
    assert labels(accountant, empresa="%") == []


def test_the_filter_by_person_and_by_day(accountant, office):
    change(office, actor="owner", label="Do dono")
    change(office, actor="accountant", label="Do contador")
    today = timezone.localdate()
    assert labels(accountant, pessoa=office.owner.pk) == ["Do dono"]
    assert labels(accountant, de=today.isoformat(), ate=today.isoformat()) == ["Do contador", "Do dono"]
    assert labels(accountant, ate=(today - timedelta(days=1)).isoformat()) == []


def test_a_person_of_another_firm_is_no_choice(accountant, office, other_office):
    page = accountant.get(PAGE, {"pessoa": other_office.owner.pk})
    assert other_office.owner.full_name not in page.text


def test_pages_keep_the_filter_and_their_queries(accountant, office, company):
    def count():
        with CaptureQueriesContext(connection) as queries:
            accountant.get(PAGE, {"empresa": "oficina"})
        return len(queries)

    change(office, label="1", company_id=company.pk, after={"city_id": "4316907"})
    accountant.get(PAGE)
    before = count()
    for number in range(40):
        change(office, label=f"Mudança {number}", company_id=company.pk)
    assert count() <= before + 1, "the count of pages"
    page = accountant.get(PAGE, {"empresa": "oficina"}).text
    assert "1–30 de 41" in page
    assert "?empresa=oficina&amp;page=2" in page


def test_a_download_is_told_with_its_filter(accountant, office):
    what = {"linhas": 1_200, "texto": "padaria"}
    file = {"subject": "empresas", "action": Action.EXPORTED, "label": "nitro_empresas.csv"}
    change(office, **file, before={}, after=what)
    line = accountant.get(PAGE).context["changes"][0]
    assert (line.headline, line.label) == ("Baixou o arquivo", "nitro_empresas.csv")
    assert [(one.label, one.after) for one in line.fields] == [("Linhas", "1.200"), ("Texto", "padaria")]


def test_an_attendant_has_no_trail(client, office):
    client.force_login(office.attendant)
    assert client.get(PAGE).status_code == 403
    assert f'href="{PAGE}"' not in client.get("/notas/").text


def test_the_other_firm_sees_nothing_of_it(client, office, other_office):
    change(office, label="Segredo da primeira")
    client.force_login(other_office.owner)
    page = client.get(PAGE).text
    assert "Segredo" not in page
    assert "Nenhuma alteração ainda" in page


def test_what_a_person_typed_is_no_html(accountant, office):
    Firm.objects.update(trade_name="<b>x</b>")
    change(office, label="<script>1</script>", after={"number": "<i>2</i>"})
    page = accountant.get(PAGE).text
    assert "<script>1" not in page
    assert "<i>2" not in page
    assert "<b>x</b>" not in page


def test_roles_are_named_in_the_team_trail(client, office):
    client.force_login(office.owner)
    change(office, subject="member", before={"role": Role.OWNER}, after={"role": Role.ATTENDANT})
    fields = client.get(PAGE).context["changes"][0].fields
    assert [(one.label, one.before, one.after) for one in fields] == [("Papel", "Dono", "Atendente")]
