"""Which transport serves a channel: the Evolution API serves all of them."""

from whatsapp.gateways.evolution import Evolution
from whatsapp.gateways.evolution_link import EvolutionLink
from whatsapp.gateways.transport import Credentials, Linked, Messenger


def open_messenger(credentials: Credentials) -> Messenger:
    """Return what sends and reads back messages of a channel."""
    return Evolution(credentials)


def open_link(credentials: Credentials) -> Linked:
    """Return what links a channel's number and keeps it linked."""
    return EvolutionLink(credentials)
