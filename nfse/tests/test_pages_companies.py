"""Pages of companies (A12-A15, N7, N8, N22)."""

import pytest
from django.urls import reverse

from nfse.tests.firms import make_company

pytestmark = pytest.mark.django_db


@pytest.fixture
def sign_in(client, office):
    def by(role="owner"):
        client.force_login(getattr(office, role))
        return client

    return by


def test_pages_open(office, company, sign_in):
    client = sign_in()
    for url in (
        reverse("nfse:companies"),
        reverse("nfse:new_company"),
        reverse("nfse:company", args=[company.pk]),
        reverse("nfse:certificates"),
        reverse("nfse:edit_company", args=[company.pk]),
        reverse("nfse:switch_environment", args=[company.pk]),
        reverse("nfse:upload_certificate", args=[company.pk]),
        *[
            reverse("nfse:company", args=[company.pk]) + "?aba=" + t
            for t in ("dados", "fiscal", "tomadores", "certificados", "notas", "historico")
        ],
        reverse("nfse:export_companies", args=["csv"]),
        reverse("nfse:export_companies", args=["xlsx"]),
    ):
        response = client.get(url)
        assert response.status_code == 200, url
        b"".join(response)
