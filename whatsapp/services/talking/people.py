"""Who writes: the authorised phones of a number in the firm, and the companies they ask for (W5, W6)."""

from dataclasses import dataclass

from core.compiled import Compiled, Parameter
from nfse.actors import Actor
from nfse.models import AuthorizedPhone, Company, Firm
from nfse.selectors.phones import read_phones_of_number
from whatsapp.models import ContactAlias, Conversation

_FIRM = Compiled(lambda: Firm.objects.select_related("account").filter(pk=Parameter("pk")))
_NUMBER = Compiled(
    lambda: ContactAlias.objects.filter(contact=Parameter("contact"), kind=ContactAlias.Kind.PHONE.value)
)


@dataclass(frozen=True)
class Speaker:
    """The person of a conversation. Without phones it is nobody that the firm knows (T03)."""

    firm: Firm
    phones: tuple[AuthorizedPhone, ...]

    @property
    def is_known(self) -> bool:
        return bool(self.phones)

    @property
    def companies(self) -> list[Company]:
        """The companies that this person may ask for, in the order in which they are listed."""
        return [phone.company for phone in self.phones]

    @property
    def first_name(self) -> str:
        return self.phones[0].name.split()[0] if self.phones and self.phones[0].name else ""

    def phone_for(self, company_id: int | None) -> AuthorizedPhone | None:
        """Return the phone that acts for a company, or None."""
        return next((phone for phone in self.phones if phone.company_id == company_id), None)

    def actor_for(self, company_id: int) -> Actor:
        """Return who asks for something of a company of this person's. Raises KeyError."""
        phone = self.phone_for(company_id)
        if phone is None:
            raise KeyError(company_id)
        return Actor(phone.firm_id, phone_id=phone.pk)


def find_speaker(conversation: Conversation) -> Speaker:
    """Return who writes in a conversation, by its contact's phone. A hidden number is nobody (R76)."""
    firm = _FIRM.only(pk=conversation.firm_id) or conversation.firm
    number = _NUMBER.only(contact=conversation.contact_id)
    if number is None or not firm.is_active or firm.account.blocked_at is not None:
        return Speaker(firm, ())
    return Speaker(firm, tuple(read_phones_of_number(conversation.firm_id, number.digits)))
