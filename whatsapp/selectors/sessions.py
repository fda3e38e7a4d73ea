"""Sessions of a firm for its people: the list with its filters, and who waits for a person (A24)."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q, QuerySet

from core.days import start_of_day
from core.text import folded_pattern
from nfse.models import AuthorizedPhone, Company
from nfse.permissions import NotFound
from whatsapp.models import ContactAlias, Conversation, Session

SHORTEST_NUMBER, LONGEST_NUMBER = 8, 15


@dataclass(frozen=True)
class SessionFilters:
    """What narrows the list. `text`: a protocol, a person's name, or a phone with its area code."""

    text: str = ""
    company_id: int | None = None
    channel_id: int | None = None
    states: tuple[str, ...] = ()
    kind: str = ""
    since: date | None = None
    until: date | None = None


def list_sessions(firm_id: int, filters: SessionFilters) -> QuerySet[Session]:
    """The firm's sessions, the latest first, with what a row shows."""
    found = Session.objects.filter(firm_id=firm_id)
    if filters.company_id:
        found = found.filter(company_id=filters.company_id)
    if filters.channel_id:
        found = found.filter(conversation__channel_id=filters.channel_id)
    if filters.states:
        found = found.filter(state__in=filters.states)
    if filters.kind:
        found = found.filter(kind=filters.kind)
    if filters.since:
        found = found.filter(opened_at__gte=start_of_day(filters.since))
    if filters.until:
        found = found.filter(opened_at__lt=start_of_day(filters.until) + timedelta(days=1))
    if filters.text:
        found = found.filter(_matching(filters.text))
    shown = found.select_related("company", "phone", "conversation__contact", "request__invoice")
    return shown.order_by("-opened_at", "-pk")


def list_handoffs(firm_id: int) -> QuerySet[Conversation]:
    """Conversations that wait for a person of the firm, the longest first (W18)."""
    waiting = Conversation.objects.filter(firm_id=firm_id, handed_off_at__isnull=False, merged_into=None)
    return waiting.select_related("contact", "company", "handed_off_to").order_by("handed_off_at", "pk")


def list_chatting_companies(firm_id: int) -> QuerySet[Company]:
    """The companies that a filter may name."""
    return Company.objects.filter(firm_id=firm_id).order_by("legal_name", "pk")


def get_conversation(firm_id: int, conversation_id: int) -> Conversation:
    """Return a conversation of the firm; of one that was joined to another, that other. Raises NotFound."""
    rows = Conversation.objects.select_related("contact", "channel", "company", "handed_off_to")
    found = rows.filter(firm_id=firm_id, pk=conversation_id).first()
    if found is not None and found.merged_into_id is not None:
        found = rows.filter(firm_id=firm_id, pk=found.merged_into_id).first()
    if found is None:
        raise NotFound
    return found


def find_person(conversation: Conversation) -> tuple[str, str]:
    """Return what to call the person, and the phone's digits with a plus; "" for a hidden number."""
    aliases = ContactAlias.objects.filter(contact_id=conversation.contact_id, kind=ContactAlias.Kind.PHONE)
    alias = aliases.first()
    number = f"+{alias.digits}" if alias else ""
    known = None
    if alias is not None:
        known = AuthorizedPhone.objects.filter(
            firm_id=conversation.firm_id, number_index=AuthorizedPhone.index_number(alias.digits)
        ).first()
    return (known.name if known else conversation.contact.name), number


def _matching(text: str) -> Q:
    """A protocol or a name that holds the text, or a phone whose digits it is."""
    asked = Q(label__iexact=text.strip())
    for word in text.split():
        asked |= Q(phone__name__iregex=folded_pattern(word))
    digits = "".join(each for each in text if each.isdigit())
    if SHORTEST_NUMBER <= len(digits) <= LONGEST_NUMBER:
        number = digits if digits.startswith("55") and len(digits) > 11 else f"55{digits}"
        people = ContactAlias.objects.filter(index=ContactAlias.index_digits("phone", number))
        asked |= Q(phone__number_index=AuthorizedPhone.index_number(number))
        asked |= Q(conversation__contact_id__in=people.values("contact_id"))
    return asked
