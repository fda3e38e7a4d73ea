"""Where a person lands, and between which businesses a person switches (A6)."""

import re

import pytest

from accounts.models import Account, Membership
from accounts.signals import account_created
from accounts.tests.factories import PASSWORD, make_buyer, make_operator, make_user

pytestmark = pytest.mark.django_db
LINK = r'area-switch-link" href="([^"]+)"( aria-current="true")?>(\w+)<'


@pytest.fixture(autouse=True)
def quick_passwords(settings):
    settings.PASSWORD_HASHERS = ["accounts.tests.hashers.QuickHasher"]


@pytest.fixture
def both(office):
    """The accountant, who buys leads too."""
    account = Account.objects.create(kind=Account.Kind.BUYER, name="Contador")
    Membership.objects.create(user=office.accountant, account=account, role=Membership.Role.BUYER)
    account_created.send(Account, account_id=account.pk)
    return office.accountant


def landing_of(client, user):
    return client.post("/entrar/", {"email": user.email, "password": PASSWORD})["Location"]


def sections(page):
    return re.findall(r'class="sidebar-section"[^>]*>([^<]+)<', page.text)


def test_each_person_lands_at_home(client, office, both):
    for user, home in (
        (office.owner, "/notas/"),
        (office.attendant, "/notas/"),
        (make_buyer()[0], "/leads/"),
        (both, "/leads/"),
        (make_operator(), "/operacao/"),
        (make_user("solto@nitro.example"), "/conta/"),
    ):
        assert landing_of(client, user) == home
        assert client.get("/painel/")["Location"] == home
        client.post("/sair/")


def test_who_was_taken_out_of_the_firm_does_not_land_in_it(client, office):
    Membership.objects.filter(user=office.attendant).update(is_active=False)
    assert landing_of(client, office.attendant) == "/conta/"


def test_the_menu_shows_the_business_of_the_page(client, both):
    client.force_login(both)
    assert sections(client.get("/leads/")) == ["Leads", "Créditos"]
    assert sections(client.get("/notas/historico/")) == ["Notas", "Contabilidade", "WhatsApp"]
    assert sections(client.get("/conta/")) == ["Leads", "Créditos", "Notas", "Contabilidade", "WhatsApp"]


def test_the_switch_is_in_the_header_and_marks_the_business(client, both):
    client.force_login(both)
    for path, marked in (("/leads/", "Leads"), ("/notas/historico/", "Notas"), ("/conta/", None)):
        links = re.findall(
            r'area-switch-link" href="([^"]+)"( aria-current="true")?>(\w+)<', client.get(path).text
        )
        assert [(href, label) for href, _, label in links] == [("/leads/", "Leads"), ("/notas/", "Notas")]
        assert [label for _, current, label in links if current] == ([marked] if marked else [])


def test_the_balance_is_of_leads_and_the_firm_of_notas(client, both, office):
    client.force_login(both)
    leads, notes = client.get("/leads/").text, client.get("/notas/historico/").text
    assert 'id="saldo"' in leads
    assert 'id="saldo"' not in notes
    assert "sidebar-firm-name" in notes
    assert office.firm.display_name not in leads


def test_who_is_in_one_business_has_no_switch(client, office):
    for user, path in ((office.owner, "/notas/equipe/"), (make_buyer()[0], "/leads/")):
        client.force_login(user)
        page = client.get(path).text
        assert "area-switch" not in page
        assert "area-switch" not in client.get("/conta/").text


def test_the_logo_of_the_firm_is_in_the_menu(client, office):
    client.force_login(office.owner)
    assert "sidebar-firm-initials" in client.get("/conta/").text
    office.firm.logo_version = "abc"
    office.firm.save()
    assert 'src="/notas/logo/?v=abc"' in client.get("/conta/").text


def test_the_home_page_tells_of_notas(client):
    page = client.get("/").text
    assert 'href="/notas/cadastro/"' in page
    assert "WhatsApp" not in page
