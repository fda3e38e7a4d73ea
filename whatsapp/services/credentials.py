"""How the gateways reach a channel."""

from whatsapp.gateways.transport import Credentials
from whatsapp.models import Channel


def credentials_of(channel: Channel) -> Credentials:
    """Return what a gateway needs of a channel."""
    return Credentials(channel.pk, channel.instance_name, channel.token)
