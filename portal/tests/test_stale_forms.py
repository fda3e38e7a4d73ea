"""A form that was opened before somebody else saved: refused with what changed, saved over it by one click.

R116; every test runs for each kind of stored row that has a form.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.test import Client
from lxml import html

from accounts.models import Membership
from core.documents import is_cpf
from nfse.models import AuthorizedPhone, ChangeRecord, Company, Firm, ServiceProfile, Taker, TaxProfile
from nfse.tests.firms import (
    make_company,
    make_office,
    make_phone,
    make_service,
    make_taker,
    make_tax_profile,
)
from portal.tests.html_forms import read_form
from queue_worker.tests.support import race

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Kind:
    """A kind of row: who may change it, where, and two of its fields with what two people type."""

    model: type
    make: Callable
    address: str
    field: str
    label: str
    values: tuple[str, str]
    other: str
    other_value: str
    role: str = "accountant"


KINDS = {
    "company": Kind(
        Company,
        lambda office: make_company(office.firm),
        "/notas/empresas/{0.pk}/editar/",
        "trade_name",
        "Nome fantasia",
        ("Oficina da Ana", "Oficina do Beto"),
        "street",
        "Rua Nova",
    ),
    "tax_profile": Kind(
        TaxProfile,
        lambda office: make_tax_profile(make_company(office.firm)),
        "/notas/empresas/{0.company_id}/fiscal/",
        "total_tax_percent",
        "Percentual do Simples",
        ("7,25", "8,75"),
        "series",
        "77",
    ),
    "service": Kind(
        ServiceProfile,
        lambda office: make_service(make_company(office.firm)),
        "/notas/servicos/{0.pk}/",
        "nickname",
        "Apelido",
        ("Conserto da Ana", "Conserto do Beto"),
        "iss_rate",
        "3,00",
    ),
    "taker": Kind(
        Taker,
        lambda office: make_taker(office.firm),
        "/notas/tomadores/{0.pk}/editar/",
        "nickname",
        "Apelido",
        ("a padaria da Ana", "a padaria do Beto"),
        "street",
        "Rua Nova",
    ),
    "firm": Kind(
        Firm,
        lambda office: office.firm,
        "/notas/configuracoes/",
        "trade_name",
        "Nome fantasia",
        ("Contas da Ana", "Contas do Beto"),
        "street",
        "Rua Nova",
        role="owner",
    ),
    "phone": Kind(
        AuthorizedPhone,
        lambda office: make_phone(make_company(office.firm)),
        "/notas/telefones/{0.pk}/",
        "name",
        "Nome",
        ("Ana do Vale", "Beto do Vale"),
        "email",
        "ana@nitro.example",
    ),
}


@pytest.fixture(params=KINDS.values(), ids=KINDS)
def kind(request):
    return request.param


@pytest.fixture
def row(kind, office):
    return kind.make(office)


@pytest.fixture
def tab(kind, office, row):
    """Open a tab in which one person of the firm looks at the form."""

    def open_tab(person=None):
        client = Client()
        client.force_login(person or getattr(office, kind.role))
        return Tab(kind, client, kind.address.format(row))

    return open_tab


class Tab:
    """One browser tab with the form of a row, as it was when it was opened."""

    def __init__(self, kind, client, address):
        self.kind, self.client, self.address = kind, client, address
        self.values = read_form(client.get(address))

    def save(self, **typed):
        self.values |= typed
        return self.client.post(self.address, self.values)

    def over(self, answer):
        """Press the button of the refusal."""
        button = html.fromstring(answer.text).xpath("//button[@name='over']")[0]
        return self.client.post(self.address, read_form(answer) | {"over": button.get("value")})

    def reads(self, field):
        return read_form(self.client.get(self.address))[field]


def panel_of(answer):
    return html.fromstring(answer.text).xpath("//section[contains(@class, 'clash')]")[0].text_content()


def test_the_second_of_two_tabs_is_refused_with_what_changed_and_keeps_what_was_typed(kind, tab):
    first, second = tab(), tab()
    mine, theirs = kind.values
    assert first.save(**{kind.field: theirs}).status_code == 302

    refused = second.save(**{kind.field: mine, kind.other: kind.other_value})

    assert refused.status_code == 422
    panel = panel_of(refused)
    for said in (kind.label, theirs, mine, "Você, em outra página"):
        assert said in panel
    assert kind.other_value not in panel, "nobody else changed this field"
    kept = read_form(refused)
    assert (kept[kind.field], kept[kind.other]) == (mine, kind.other_value)
    assert second.reads(kind.field) == theirs, "nothing was saved"


def test_saving_again_without_the_button_is_refused_again(kind, tab):
    first, second = tab(), tab()
    first.save(**{kind.field: kind.values[0]})

    for _ in range(2):
        assert second.save(**{kind.field: kind.values[1]}).status_code == 422

    assert second.reads(kind.field) == kind.values[0]


def test_mine_is_saved_over_it_by_one_click_and_twice_is_once(kind, tab):
    first, second = tab(), tab()
    first.save(**{kind.field: kind.values[0]})
    refused = second.save(**{kind.field: kind.values[1], kind.other: kind.other_value})
    before = ChangeRecord.objects.count()

    answers = [second.over(refused) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert second.reads(kind.field) == kind.values[1]
    assert second.reads(kind.other) == kind.other_value
    assert ChangeRecord.objects.count() == before + 1


def test_enter_after_a_refusal_does_not_save_over_it(kind, tab):
    """Enter in a field presses the first button of the form."""
    first, second = tab(), tab()
    first.save(**{kind.field: kind.values[0]})

    refused = second.save(**{kind.field: kind.values[1]})

    buttons = html.fromstring(refused.text).xpath("//form[.//@name='over']//button[@type='submit']")
    assert buttons[0].get("name") is None


def test_over_it_means_over_what_was_shown_and_not_over_what_came_after(kind, tab):
    first, second = tab(), tab()
    first.save(**{kind.field: kind.values[0]})
    refused = second.save(**{kind.field: kind.values[1]})
    third = tab()
    last = "9,00" if kind.field == "total_tax_percent" else "Outro nome ainda"
    assert third.save(**{kind.field: last}).status_code == 302

    assert second.over(refused).status_code == 422
    assert second.reads(kind.field) == last


def test_two_people_are_told_of_each_other_by_name(kind, tab, office):
    Membership.objects.filter(user=office.attendant).update(role="owner")
    mine, theirs = tab(), tab(office.attendant)
    theirs.save(**{kind.field: kind.values[0]})

    refused = mine.save(**{kind.field: kind.values[1]})

    assert office.attendant.full_name in panel_of(refused)


@pytest.mark.django_db(transaction=True)
def test_of_two_saves_at_the_same_moment_one_is_refused(kind, tab):
    tabs = [tab(), tab()]
    for one, value in zip(tabs, kind.values, strict=True):
        one.values[kind.field] = value
    waiting = list(tabs)

    answers = race(2, lambda: waiting.pop().save().status_code)

    assert sorted(answers) == [302, 422]
    assert ChangeRecord.objects.filter(action="changed").count() == 1


def test_the_same_form_sent_twice_is_saved_once_and_never_refused(kind, tab):
    one = tab()
    assert [one.save(**{kind.field: kind.values[0]}).status_code for _ in range(2)] == [302, 302]
    assert ChangeRecord.objects.filter(action="changed").count() == 1


def test_a_change_of_something_else_refuses_nothing(kind, tab, office, row):
    one = tab()
    ChangeRecord.objects.create(
        firm=office.firm,
        actor=office.owner,
        action="changed",
        subject=next(name for name, each in KINDS.items() if each is kind),
        subject_id=row.pk,
        company_id=getattr(row, "company_id", None),
        before={"is_elsewhere": False},
        after={"is_elsewhere": True},
    )

    assert one.save(**{kind.field: kind.values[0]}).status_code == 302


@pytest.mark.parametrize("seen", ["", "x", "-1", "9" * 30, "1.5"])
def test_a_number_that_cannot_be_read_is_older_than_every_change(kind, tab, seen):
    first, second = tab(), tab()
    first.save(**{kind.field: kind.values[0]})

    assert second.save(**{kind.field: kind.values[1], "seen": seen}).status_code == 422


def test_a_stranger_sees_nothing_of_it(kind, tab, row):
    tab().save(**{kind.field: kind.values[0]})
    stranger = Client()
    stranger.force_login(getattr(make_office(2), kind.role))

    answer = stranger.post(kind.address.format(row), {kind.field: kind.values[1], "seen": "0"})

    assert answer.status_code == (422 if kind.model is Firm else 404)
    assert kind.values[0] not in answer.text


def test_a_profile_made_by_somebody_else_meanwhile_is_told(office, accountant):
    company = make_company(office.firm)
    address = f"/notas/empresas/{company.pk}/fiscal/"
    opened = read_form(accountant.get(address)) | {"simples_apportionment": "1"}
    accountant.post(address, opened | {"total_tax_percent": "6,00"})

    refused = accountant.post(address, opened | {"total_tax_percent": "7,00"})

    assert refused.status_code == 422
    assert TaxProfile.objects.get().total_tax_percent == 6


def test_another_number_with_the_same_mask_is_a_change(office, accountant):
    phone = make_phone(make_company(office.firm))
    address = f"/notas/telefones/{phone.pk}/"
    first, second = read_form(accountant.get(address)), read_form(accountant.get(address))
    accountant.post(address, first | {"number": "(55) 99777-3456"})

    refused = accountant.post(address, second | {"number": "(55) 99888-3456"})

    assert refused.status_code == 422
    phone.refresh_from_db()
    assert phone.number == "+5555997773456"


def cpf_of(first):
    """The CPF that begins so, with the same six digits in sight as all the others of this function."""
    number = f"{first}444777"
    return next(cpf for end in range(100) if is_cpf(cpf := f"{number}{end:02}"))


def test_another_cpf_with_the_same_mask_is_not_the_one_with_which_the_form_was_opened(office, accountant):
    ours, theirs, mine = cpf_of(111), cpf_of(222), cpf_of(333)
    phone = make_phone(make_company(office.firm), cpf=ours)
    address = f"/notas/telefones/{phone.pk}/"
    first, second = read_form(accountant.get(address)), read_form(accountant.get(address))
    accountant.post(address, first | {"cpf": theirs})

    refused = accountant.post(address, second | {"cpf": mine})
    panel = panel_of(refused)
    assert "Você não mexeu neste campo" not in panel
    for said in ("***.444.777-**", "***.444.777-** (outro)", "***.444.777-** (um terceiro)"):
        assert said in panel

    untouched = accountant.post(address, second | {"cpf": ours})
    assert "Você não mexeu neste campo" in panel_of(untouched)
    assert all(cpf not in str(ChangeRecord.objects.values_list("before", "after")) for cpf in (ours, theirs))
