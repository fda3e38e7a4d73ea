"""What operators see of searches and exports (O5, L26, L27)."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import make_operator
from leads.models import ExportAudit, SearchPage
from leads.tests.factories import make_search

pytestmark = pytest.mark.django_db


@pytest.fixture
def client():
    client = Client()
    client.force_login(make_operator())
    return client


def test_the_call_budget_of_a_search_is_shown(client, account):
    make_search(account, calls_made=12)
    answer = client.get(reverse("admin:leads_search_changelist"))
    assert "12 / 40" in answer.content.decode()


def test_a_search_shows_its_pages_and_cannot_be_changed(client, account):
    search = make_search(account)
    page = {"provider": "serper", "number": 2, "status": "refused", "error": "Refused serper: HTTP 400"}
    SearchPage.objects.create(search=search, fetched_at=timezone.now(), **page)
    url = reverse("admin:leads_search_change", args=[search.pk])
    assert "Refused serper: HTTP 400" in client.get(url).content.decode()
    assert client.post(url, {"quantity": "1"}).status_code == 403


def test_the_list_of_searches_has_a_constant_number_of_queries(client, account):
    url = reverse("admin:leads_search_changelist")
    make_search(account)
    client.get(url)
    with CaptureQueriesContext(connection) as few:
        client.get(url)
    for _ in range(20):
        make_search(account)
    with CaptureQueriesContext(connection) as many:
        client.get(url)
    assert len(few) == len(many)


def test_exports_are_listed(client, user, account):
    ExportAudit.objects.create(account=account, user=user, row_count=7, file_name="nitro_leads_x.csv")
    answer = client.get(reverse("admin:leads_exportaudit_changelist"))
    assert "nitro_leads_x.csv" in answer.content.decode()
