"""The pages of channels in Chromium: the QR that renews itself, both themes and widths (W1, PRODUCT §6)."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone
from playwright.sync_api import expect

from tests.support.browser import chromium, page_of
from tests.support.camera import Camera
from whatsapp.models import Channel, ChannelEvent
from whatsapp.tests.people import make_channel

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PIXEL = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk"
    "+A8AAQUBAScY42YAAAAASUVORK5CYII="
)
SECONDS_OF_A_POLL = 15_000


@pytest.fixture
def static_by_name(settings):
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


@pytest.fixture
def linking(office):
    """A channel whose QR waits to be read. Rows are made before the browser opens."""
    channel = make_channel(
        office.firm,
        state="qr_ready",
        number="",
        qr=PIXEL,
        qr_expires_at=timezone.now() + timedelta(minutes=5),
    )
    ChannelEvent.objects.create(channel=channel, what="qr_shown", at=timezone.now())
    make_channel(office.firm, 2, last_event_at=timezone.now())
    make_channel(office.firm, 3, state="disconnected", trouble="O QR venceu sem ser lido. Peça outro.")
    return channel


@pytest.fixture
def open_page(live_server, static_by_name, linking, office, client):
    client.force_login(office.accountant)
    session = client.cookies["sessionid"].value
    with ExitStack() as stack:
        browser = stack.enter_context(chromium())

        def open_page(path, *, width="desktop", scheme="light"):
            page = stack.enter_context(page_of(browser, width=width, scheme=scheme))
            page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
            page.goto(f"{live_server.url}{path}")
            page.wait_for_load_state("networkidle")
            return page

        yield open_page


def meanwhile(work):
    """Do database work in a thread of its own: the browser's event loop occupies this one."""

    def run():
        try:
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as other:
        return other.submit(run).result()


@pytest.mark.parametrize(("width", "scheme"), [("desktop", "light"), ("phone", "dark")])
def test_the_pages_fit_and_can_be_used_by_everybody(open_page, linking, width, scheme):
    for name, path in (
        ("canais", "/notas/canais/"),
        ("canal", f"/notas/canais/{linking.pk}/"),
        ("canal-novo", "/notas/canais/novo/"),
    ):
        page = open_page(path, width=width, scheme=scheme)
        Camera(page, f"{width}-{scheme}").take(name)


def test_the_page_turns_from_the_qr_to_connected_by_itself(open_page, linking):
    page = open_page(f"/notas/canais/{linking.pk}/")
    expect(page.get_by_alt_text("QR para conectar o WhatsApp")).to_be_visible()
    meanwhile(
        lambda: Channel.objects.filter(pk=linking.pk).update(state="connected", qr="", qr_expires_at=None)
    )
    expect(page.get_by_role("status").get_by_text("Conectado")).to_be_visible(timeout=SECONDS_OF_A_POLL)
    expect(page.get_by_alt_text("QR para conectar o WhatsApp")).to_have_count(0)
