"""The first page of a firm: right figures, each the count of the list that it opens (A11, R97, R107)."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from accounts.models import Account, Membership, User
from nfse.events import Event
from nfse.models import Company, Invoice, InvoiceRequest
from nfse.selectors import firm_cache
from nfse.services.companies import deactivate_company
from nfse.services.issuing.moving import locked_request, move
from nfse.states import State
from nfse.tests.firms import (
    COMPANY_CNPJS,
    make_certificate,
    make_company,
    make_request,
    make_service,
    make_taker,
    make_tax_profile,
)

pytestmark = pytest.mark.django_db
URL = "/notas/"


@pytest.fixture(autouse=True)
def fresh_cache():
    cache.clear()


@pytest.fixture
def page(client, office):
    """The first page as somebody of the firm sees it: the response, its text in `.text`."""
    signed_in = []

    def get(role="accountant"):
        if signed_in != [role]:
            client.force_login(getattr(office, role))
            signed_in[:] = [role]
        answer = client.get(URL)
        assert answer.status_code == 200
        answer.text = " ".join(answer.content.decode().split())
        return answer

    return get


def put(state, **fields):
    """A request of the firm in a state, changed now."""
    request = make_request(**fields)
    InvoiceRequest.objects.filter(pk=request.pk).update(state=state, state_changed_at=timezone.now())
    return request


# --- Figures ---------------------------------------------------------------------------------------
def test_production_notes_of_the_month_count_and_tests_do_not(page, company):
    make_request(company, number=1, amount="100.10", issued=True, environment="production")
    make_request(company, number=2, amount="200.20", issued=True, environment="production")
    make_request(company, number=3, amount="999.00", issued=True)

    answer = page()

    overview = answer.context["overview"]
    assert (overview.notes, overview.amount, overview.test_notes) == (2, Decimal("300.30"), 1)
    assert "R$ 300,30" in answer.text
    assert "1 de teste fora do total" in answer.text


def test_a_firm_with_test_notes_alone_is_told_so(page, company):
    make_request(company, issued=True)
    assert "Só notas de teste até agora (1)" in page().text


def test_a_note_that_no_longer_stands_and_one_of_another_month_do_not_count(page, company):
    put("canceled", company=company, number=1, issued=True, environment="production")
    old = make_request(company, number=2, issued=True, environment="production")
    Invoice.objects.filter(request=old).update(issued_at=timezone.now() - timedelta(days=40))

    overview = page().context["overview"]

    assert (overview.notes, overview.amount) == (0, Decimal("0.00"))


def test_each_card_is_the_count_of_the_list_that_it_opens(page, client, office, company):
    other = make_company(office.firm, COMPANY_CNPJS[1], legal_name="Padaria Ltda")
    make_request(company, number=1, amount="100.00", issued=True, environment="production")
    put("queued", company=company, number=2)
    put("failed", company=company, number=3)
    put("rejected", company=company, number=4)
    make_certificate(office, company, timezone.now() + timedelta(days=5))
    make_certificate(office, other, timezone.now() - timedelta(days=1))

    answer = page("owner")

    overview = answer.context["overview"]
    issued = client.get(f"/notas/emitidas/?{answer.context['issued_query']}").context["totals"]
    assert (overview.notes, overview.amount) == (issued.notes, issued.amount) == (1, Decimal("100.00"))
    pending = client.get("/notas/emitidas/?situacao=pendentes").context["totals"]
    assert overview.pending == pending.requests == 2
    companies = client.get("/notas/empresas/").context["page"].paginator.count
    assert overview.companies == companies == 2
    for state, count in (
        ("ending", overview.certificates_ending),
        ("expired", overview.certificates_expired),
    ):
        listed = client.get(f"/notas/certificados/?situacao={state}").context["page"].paginator.count
        assert count == listed == 1


def test_the_chart_has_every_day_of_the_month_until_today(page, company):
    make_request(company, amount="100.00", issued=True, environment="production")

    days = page().context["overview"].days

    today = timezone.localdate()
    assert [day.day for day in days] == [today.replace(day=number + 1) for number in range(today.day)]
    assert (days[-1].notes, days[-1].amount) == (1, Decimal("100.00"))
    assert sum(day.notes for day in days[:-1]) == 0


def test_companies_are_ranked_by_what_they_issued(page, office, company):
    other = make_company(office.firm, COMPANY_CNPJS[1], trade_name="Padaria")
    make_request(company, number=1, amount="100.00", issued=True, environment="production")
    make_request(other, number=2, amount="150.00", issued=True, environment="production")

    top = page().context["overview"].top

    assert [(one.name, one.amount) for one in top] == [
        ("Padaria", Decimal("150.00")),
        ("Oficina do Vale Ltda", Decimal("100.00")),
    ]


# --- What needs attention --------------------------------------------------------------------------
def test_doubts_of_any_day_and_refusals_of_a_week_need_somebody(page, office, company):
    doubt = put("in_doubt", company=company, number=1)
    refused = put("rejected", company=company, number=2)
    old = put("rejected", company=company, number=3)
    long_ago = timezone.now() - timedelta(days=9)
    InvoiceRequest.objects.filter(pk__in=[doubt.pk, old.pk]).update(state_changed_at=long_ago)
    put("queued", company=company, number=4, taker=make_taker(office.firm, "52998224725"))

    assert [one.pk for one in page().context["needs"].troubled] == [refused.pk, doubt.pk]


def test_a_refusal_that_was_asked_for_again_needs_nobody(page, office, company):
    taker = make_taker(office.firm)
    refused = put("rejected", company=company, number=1, taker=taker)
    again = put("issued", company=company, number=2, taker=taker)
    assert [one.pk for one in page().context["needs"].troubled] == []

    InvoiceRequest.objects.filter(pk=again.pk).update(state="rejected")
    assert [one.pk for one in page().context["needs"].troubled] == [again.pk, refused.pk]


def test_the_page_opens_with_what_needs_somebody_and_figures_come_after(page, office, company):
    put("rejected", company=company, number=1)
    make_certificate(office, company, timezone.now() + timedelta(days=5))

    text = page().text

    assert "Precisa de você" in text
    assert text.index("Precisa de você") < text.index("Empresas ativas")
    for sentence in ("certificado a vencer", "Não emite", "Falta:"):
        assert sentence in text


def test_a_firm_where_nothing_waits_is_told_so(page, office, company):
    make_certificate(office, company)
    make_tax_profile(company)
    make_service(company)
    make_taker(office.firm)
    make_request(company, issued=True)
    Company.objects.update(environment="production", city_uses_national=True)

    answer = page()

    assert answer.context["needs"].is_empty
    assert "Nada precisa de você agora" in answer.text


def test_months_without_a_note_are_in_the_year_too(page, company):
    old = make_request(company, amount="70.00", issued=True, environment="production")
    Invoice.objects.filter(request=old).update(issued_at=timezone.now() - timedelta(days=100))

    months = page().context["overview"].months

    assert len(months) == 12
    assert months[-1].month == timezone.localdate().replace(day=1)
    assert [month.amount for month in months if month.notes] == [Decimal("70.00")]
    assert "Notas por mês" in page().text


def test_a_refusal_says_why(page, company):
    request = put("rejected", company=company)
    problem = {"code": "E0312", "message_pt": "Serviço não administrado pelo município."}
    InvoiceRequest.objects.filter(pk=request.pk).update(problems=[problem])
    assert problem["message_pt"] in page().text


# --- First steps -----------------------------------------------------------------------------------
def test_a_new_firm_begins_with_its_first_company(page):
    steps = page().context["steps"]

    assert [step.is_done for step in steps] == [False] * 7
    assert steps[1].url == reverse("nfse:new_company")


def test_the_steps_go_on_at_the_company_and_end_when_all_are_done(page, office, company):
    assert page().context["steps"][2].url == reverse("nfse:tax_profile", args=[company.pk])

    make_certificate(office, company)
    make_tax_profile(company)
    make_service(company)
    make_taker(office.firm)
    make_request(company, issued=True)
    cache.clear()
    assert [step.is_done for step in page().context["steps"]] == [True] * 6 + [False]

    Company.objects.update(environment="production")
    cache.clear()
    assert page().context["steps"] == []


# --- Rights ----------------------------------------------------------------------------------------
def test_an_attendant_sees_no_certificates_and_cannot_issue(page, office, company):
    make_certificate(office, company, timezone.now() + timedelta(days=5))

    answer = page("attendant")

    assert answer.context["certificates"] is None
    assert "ertificado" not in answer.text.partition("<main")[2]
    assert reverse("nfse:issue") not in answer.text
    assert answer.context["steps"] == []


def test_who_has_not_confirmed_the_e_mail_is_asked_to_for_the_sake_of_the_notices(page, office):
    assert "Confirme seu e-mail" not in page().text
    User.objects.filter(pk=office.accountant.pk).update(email_confirmed_at=None)
    for is_buyer_too in (False, True):
        if is_buyer_too:
            account = Account.objects.create(kind=Account.Kind.BUYER, name="Ana")
            Membership.objects.create(user=office.accountant, account=account, role=Membership.Role.BUYER)
        text = page().text
        assert "Assim sabemos que os avisos chegam até você." in text
        assert reverse("accounts:confirm_email") in text


def test_another_firm_s_figures_are_another_s(page, other_company):
    make_request(other_company, issued=True, environment="production")
    overview = page().context["overview"]
    assert (overview.companies, overview.notes, overview.waiting) == (0, 0, 0)


# --- Kept for a minute ------------------------------------------------------------------------------
def test_figures_are_kept_between_two_looks(page, django_assert_max_num_queries):
    page()
    with django_assert_max_num_queries(11):  # session, user, membership, firm, bell, five lists
        page()


def test_the_number_of_queries_does_not_grow(page, office, company, django_assert_num_queries):
    make_certificate(office, company, timezone.now() + timedelta(days=5))
    make_request(company, number=1, issued=True, environment="production")
    put("rejected", company=company, number=2)
    page()
    cache.clear()
    with django_assert_num_queries(19) as few:
        page()
    for number in range(3, 12):
        make_request(company, number=number, issued=True, environment="production")
        put("rejected", company=company, number=number + 20)
    cache.clear()
    with django_assert_num_queries(len(few)):
        page()


@pytest.mark.django_db(transaction=True)
def test_a_change_is_seen_at_once(page, office, company):
    request = make_request(company)
    assert page().context["overview"].waiting == 1

    with locked_request(request.pk) as locked:
        move(locked, State.WITHDRAWN, Event.WITHDRAWN)
    assert page().context["overview"].waiting == 0

    deactivate_company(firm_id=office.firm.pk, user_id=office.owner.pk, company_id=company.pk)
    assert page().context["overview"].companies == 0


def test_without_the_cache_the_page_still_works(page, company, settings):
    settings.CACHES = {
        "default": {
            "BACKEND": "django_redis.cache.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
            "OPTIONS": {"SOCKET_CONNECT_TIMEOUT": 0.1},
        }
    }
    firm_cache.forget(company.firm_id)
    assert page().context["overview"].companies == 1
