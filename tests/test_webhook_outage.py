"""A webhook that comes while the database is away is for the sender to repeat (R80)."""

import pytest
from django.db import connection
from django.test import Client

from nfse.services.notes.webhook import webhook_key
from tests.support.own_postgres import own_postgres

SECRET = "um segredo de 32 caracteres ou mais"


@pytest.mark.django_db(transaction=True)
def test_a_webhook_without_a_database_is_answered_503_and_stored_when_it_is_repeated(settings):
    settings.PLUGNOTAS_WEBHOOK_SECRET = SECRET
    client = Client()

    def tell():
        address = f"/webhooks/plugnotas/{webhook_key()}/"
        headers = {"X-Nitro-Secret": SECRET}
        return client.post(address, b"{}", content_type="application/json", headers=headers)

    with own_postgres() as server:
        server.stop()
        connection.close()
        answer = tell()
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")

        server.start()
        connection.close()
        assert tell().status_code == 200
