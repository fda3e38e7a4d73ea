"""The demo's channel: made once, and only where channels are the sandbox's."""

import pytest

from core.demos import DemoOptions, list_demos
from nfse.demo.firm import ensure_firm
from whatsapp.demo import DEMO
from whatsapp.models import Channel

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_demo_firm_has_one_channel_however_often_it_is_seeded():
    ensure_firm()

    DEMO.seed(DemoOptions())
    DEMO.seed(DemoOptions())

    [channel] = Channel.objects.all()
    assert (channel.name, channel.state) == ("Atendimento", "connecting")


def test_where_channels_are_real_none_is_made(settings):
    settings.EVOLUTION_BASE_URL = "https://evolution.example"
    ensure_firm()

    DEMO.seed(DemoOptions())

    assert not Channel.objects.exists()


def test_the_chat_is_seeded_after_the_firm():
    demos = list_demos()

    assert demos.index(DEMO) > 0
