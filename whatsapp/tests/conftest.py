"""The cast of nfse.tests.cast, a channel of its office, and the Evolution API that delivers to it."""

import json

import pytest

from nfse.tests.cast import (  # noqa: F401 - fixtures
    accountant,
    company,
    office,
    other_company,
    other_office,
    page,
    private_files,
    send,
)
from whatsapp.tests.lines import eventually, link_channel
from whatsapp.tests.people import SECRET, make_channel


@pytest.fixture
def evolution(sandbox, live_server, settings):
    """The emulated Evolution API, whose webhooks come to this test's server; none comes after the test."""
    settings.EVOLUTION_WEBHOOK_URL = live_server.url
    sandbox.set_evolution(retry_scale=0.005)
    yield sandbox
    sandbox.set_evolution(webhooks="never")
    eventually(lambda: sandbox.evolution()["pending"] == 0, "the last webhook")


@pytest.fixture
def line(evolution, office):  # noqa: F811
    """A channel of the office that a phone has linked."""
    return link_channel(evolution, office)


@pytest.fixture
def channel(office):  # noqa: F811
    return make_channel(office.firm)


@pytest.fixture
def deliver(client):
    """Post a webhook of the samples to a channel, as Evolution does; the response comes back."""

    def post(body, key="ch-fictional-0001", secret=SECRET):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"X-Webhook-Secret": secret} if secret else {}
        return client.post(
            f"/webhooks/whatsapp/{key}/", data=data, content_type="application/json", headers=headers
        )

    return post
