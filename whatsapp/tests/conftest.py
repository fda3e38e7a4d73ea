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
from queue_worker.errors import UnknownKind
from queue_worker.policy import Handler
from queue_worker.registry import get_handler, register
from whatsapp.services.ringing import CONVERSE
from whatsapp.tests.people import SECRET, make_channel


@pytest.fixture(autouse=True, scope="session")
def conversing():
    """Until the conversation's own handler is there, its work can be enqueued at least."""
    try:
        get_handler(CONVERSE)
    except UnknownKind:
        register([Handler(CONVERSE, lambda **_ids: None)])


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
