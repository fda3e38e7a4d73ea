"""Two programs that answer each other must stop: what leads nowhere is not said without end (R73, R75).

Silence ends such a loop, because the other program only answers. What a person may mean is still answered: a
message that changes something always, a command until it was answered far more often than anybody asks.
"""

from datetime import timedelta

import structlog
from django.utils import timezone

from nfse.models import Notice
from whatsapp.models import OutboundMessage
from whatsapp.services.talking.notices import tell_firm
from whatsapp.services.talking.talk import Talk

log = structlog.get_logger(__name__)
WINDOW = timedelta(minutes=10)
MOST_ANSWERS, MOST_TO_COMMANDS = 8, 20
"""How often the same answer is given in the window, and how often to a command."""

_ALIKE = frozenset({"T44", "T07"})
"""Two words for one thing, that what was said is about nothing here: they take turns, and count together."""
_LATEST = 100
_TITLE = "O assistente parou de responder a um número"
_TEXT = (
    "A mesma resposta foi dada {count} vezes em poucos minutos: provavelmente do outro lado há um robô. "
    "O assistente volta a responder a um comando ou aos dados de uma nota. Confira pela página da conversa."
)


def is_braked(talk: Talk, text_key: str) -> bool:
    """Whether the answer of this turn must not be given once more; the firm hears of it once a day."""
    if talk.batch is None or _has_moved(talk):
        return False
    count = _count_answers(talk, text_key)
    if count < (MOST_TO_COMMANDS if talk.command is not None else MOST_ANSWERS):
        return False
    log.warning("answers_braked", conversation_id=talk.conversation.pk, text_key=text_key, count=count)
    once = f"loop:{talk.conversation.pk}:{timezone.localdate(talk.now):%Y%m%d}"
    text = _TEXT.format(count=count)
    tell_firm(talk, Notice.Kind.HANDOFF, _TITLE, text, once=once, everybody=True)
    return True


def _has_moved(talk: Talk) -> bool:
    """Whether the turn changed the request: its state, its data, or the mirror that was shown.

    Its data are those of a note, or of a cancellation: which note, and why.
    """
    session = talk.session
    is_new_state = session is not None and session.state_changed_at == talk.now
    has_new_data = talk.note != talk.before or talk.cancel != talk.cancel_before
    return is_new_state or talk.is_mirror_new or has_new_data


def _count_answers(talk: Talk, text_key: str) -> int:
    said = OutboundMessage.objects.filter(conversation=talk.conversation).order_by("-seq")
    latest = said.values_list("text_key", "author", "created_at")[:_LATEST]
    since, alike = talk.now - WINDOW, _ALIKE if text_key in _ALIKE else {text_key}
    return sum(
        key in alike and author == OutboundMessage.Author.BOT and at > since for key, author, at in latest
    )
