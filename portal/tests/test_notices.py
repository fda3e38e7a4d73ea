"""The bell and the list of notices (A28): one's own, read by opening, and each leads somewhere."""

import pytest
from django.urls import reverse

from nfse.models import Notice
from nfse.services.notices import EVERYBODY, notify
from nfse.tests.firms import make_request

pytestmark = pytest.mark.django_db
URL = "/notas/avisos/"


@pytest.fixture
def ana(client, office):
    """The accountant, signed in."""
    client.force_login(office.accountant)
    return client


def tell(firm, key="one", **fields):
    values = {"kind": Notice.Kind.REJECTED, "title": "Nota recusada", "text": "Oficina: motivo.", **fields}
    return notify(firm_id=firm.pk, dedupe_key=key, roles=EVERYBODY, **values)


def mine(office, key="one"):
    return Notice.objects.get(recipient=office.accountant, dedupe_key=key)


def text_of(answer):
    return " ".join(answer.content.decode().split())


def test_the_bell_counts_what_the_person_has_not_read(ana, office, other_office):
    assert 'aria-label="Avisos"' in text_of(ana.get(URL))
    tell(office.firm)
    tell(office.firm, "two")
    tell(other_office.firm)
    assert 'aria-label="Avisos: 2 não lidos"' in text_of(ana.get("/notas/"))


def test_who_is_in_no_firm_has_no_bell(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("so@nitro.example", "x", full_name="Só"))
    assert 'class="bell"' not in client.get("/conta/").content.decode()


def test_the_bell_takes_one_query(ana, office, django_assert_num_queries):
    for number in range(3):
        tell(office.firm, str(number))
    ana.get(URL)
    with django_assert_num_queries(8) as few:
        ana.get(URL)
    for number in range(3, 20):
        tell(office.firm, str(number))
    with django_assert_num_queries(len(few)):
        ana.get(URL)


def test_opening_a_notice_reads_it_and_goes_where_it_points(ana, office, company):
    request = make_request(company)
    tell(office.firm, reference_type="request", reference_id=request.pk, company_id=company.pk)

    answer = ana.post(reverse("nfse:open_notice", args=[mine(office).pk]))

    assert answer["Location"] == reverse("nfse:invoice", args=[request.pk])
    assert mine(office).read_at is not None
    assert Notice.objects.get(recipient=office.owner).read_at is None


@pytest.mark.parametrize(
    ("kind", "reference", "target"),
    [
        ("certificate", "certificate", "/notas/empresas/{company}/?aba=certificados"),
        ("not_ready", "company", "/notas/empresas/{company}/"),
        ("note_changed", "", "/notas/empresas/{company}/"),
        ("closing", "closing", "/notas/fechamento/"),
        ("closing", "export", "/notas/emitidas/exportacoes/"),
    ],
)
def test_every_notice_leads_somewhere(ana, office, company, kind, reference, target):
    tell(office.firm, kind=kind, reference_type=reference, reference_id=company.pk, company_id=company.pk)
    answer = ana.post(reverse("nfse:open_notice", args=[mine(office).pk]))
    assert answer["Location"] == target.format(company=company.pk)


def test_a_notice_about_nothing_leads_back_to_the_list(ana, office):
    tell(office.firm)
    assert ana.post(reverse("nfse:open_notice", args=[mine(office).pk]))["Location"] == URL


def test_all_are_read_at_once_and_only_one_s_own(ana, office):
    tell(office.firm)
    tell(office.firm, "two")

    ana.post(reverse("nfse:mark_notices_read"))

    assert not Notice.objects.filter(recipient=office.accountant, read_at=None).exists()
    assert Notice.objects.filter(recipient=office.owner, read_at=None).count() == 2


def test_read_notices_move_to_all(ana, office):
    tell(office.firm)
    ana.post(reverse("nfse:mark_notices_read"))

    assert "Tudo lido" in text_of(ana.get(URL))
    assert [notice.title for notice in ana.get(f"{URL}?todos=1").context["notices"]] == ["Nota recusada"]


def test_another_person_s_notice_is_not_found(ana, office):
    tell(office.firm)
    theirs = Notice.objects.get(recipient=office.owner)
    assert ana.post(reverse("nfse:open_notice", args=[theirs.pk])).status_code == 404
    assert Notice.objects.get(pk=theirs.pk).read_at is None


def test_reading_is_never_a_get(ana, office):
    tell(office.firm)
    for address in (reverse("nfse:open_notice", args=[mine(office).pk]), reverse("nfse:mark_notices_read")):
        assert ana.get(address)["Location"] == reverse("nfse:notices")
    assert mine(office).read_at is None
