"""What is kept of a note from its last look to its yes (R117, decision 0011)."""

import pytest
from django.urls import reverse

from accounts.models import KeptForm
from nfse.tests.firms import make_company, make_service
from portal.tests.html_forms import read_form
from portal.tests.test_issuing import CONFIRM, MIRROR, OTHER_CNPJ, see, typed

pytestmark = pytest.mark.django_db(transaction=True)


def look_at(client, shop):
    """Press "Conferir" on the page, and return the form that comes with the mirror as its yes sends it."""
    page = read_form(client.get(reverse("nfse:issue")), "form_key")
    answer = client.post(MIRROR, page | typed(shop))
    assert answer.status_code == 200
    return read_form(answer, "mirror_hash")


def test_the_last_look_keeps_the_note_and_the_yes_forgets_it(accountant, national_shop):
    note = look_at(accountant, national_shop)

    kept = KeptForm.objects.get()
    assert note["rascunho"] == str(kept.pk)
    assert accountant.post(CONFIRM, note).status_code == 302
    assert not KeptForm.objects.exists()


def test_a_note_whose_key_is_spent_is_kept_without_it(accountant, national_shop):
    page = read_form(accountant.get(reverse("nfse:issue")), "form_key")
    note = see(accountant, page | typed(national_shop))
    accountant.post(CONFIRM, note)
    other = make_company(national_shop.office.firm, OTHER_CNPJ)
    note |= {"company": other.pk, "service": make_service(other).pk}

    answer = accountant.post(CONFIRM, note)

    assert "Este formulário expirou" in answer.text
    kept = dict(KeptForm.objects.get(pk=read_form(answer, "form_key")["rascunho"]).typed)
    assert kept["amount"] == "1.500,00"
    assert "form_key" not in kept
