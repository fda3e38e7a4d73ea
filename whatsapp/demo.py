"""Demo data of the chat: a channel of the demo's firm, where channels are the sandbox's."""

from accounts.models import User
from core.demos import Demo, DemoOptions
from nfse.actors import Actor
from nfse.demo.cast import FIRM_CNPJ
from nfse.demo.firm import OWNER
from nfse.models import Firm
from whatsapp.gateways.phones import is_emulated
from whatsapp.models import Channel
from whatsapp.services.channels import create_channel

NAME = "Atendimento"


def seed(_options: DemoOptions) -> None:
    """Make the channel once; a phone of the simulator scans its QR."""
    firm = Firm.objects.filter(document=FIRM_CNPJ).first()
    if firm is None or not is_emulated() or Channel.objects.filter(firm=firm, deleted_at=None).exists():
        return
    owner = User.objects.get(email=OWNER)
    create_channel(actor=Actor(firm.pk, user_id=owner.pk), name=NAME)


DEMO = Demo((), seed)
