"""The mirror: made of the very note that would be sent, bound to it by its hash (PRODUCT.md §5.6, R71)."""

import uuid

from fiscal.documents.mirror import TEST_BANNER
from nfse.models import InvoiceRequest
from nfse.services.issuing.preparing import Mirror, make_mirror
from whatsapp import texts
from whatsapp.conversation.draft import Draft
from whatsapp.models import Session
from whatsapp.services.talking.frozen_notes import FrozenNote
from whatsapp.services.talking.phrasing import say_words
from whatsapp.services.talking.talk import Talk

MIRROR = "T22"
_ASKS = "Está tudo certo? *sim* para emitir, *cancelar* para desistir, ou diga o que mudar."
_PARTS = ("De", "Para")


def show_mirror(talk: Talk) -> bool:
    """Say the mirror of the draft as it stands now and keep it as the one that a yes is for.

    Returns False when the draft makes no mirror now; nothing is said then.
    """
    evaluation, session = talk.evaluate(), talk.session
    if session is None or evaluation is None or evaluation.mirror is None or evaluation.note is None:
        return False
    mirror = evaluation.mirror
    if not mirror.can_confirm:
        return False
    session.mirror = {"note": FrozenNote.of(evaluation.note).to_dict(), "hash": mirror.hash}
    session.mirror_hash = mirror.hash
    session.mirror_seq = talk.conversation.last_seq
    session.mirror_shown_at = talk.now
    session.mirror_is_void = False
    say_words(talk, MIRROR, write_mirror(mirror, session.label, talk.note))
    talk.is_mirror_new = True
    return True


def write_mirror(mirror: Mirror, label: str, draft: Draft) -> str:
    """Return the text of a mirror: no figure that is not in the payload."""
    lines = [f"📄 *Espelho da nota* · protocolo {label}"]
    if draft.is_from_audio:
        lines.append(texts.render("FROM_AUDIO"))
    for line in mirror.lines:
        if line.text == TEST_BANNER:
            lines.insert(1, texts.render("T61"))
        elif line.label:
            lines.append(f"*{line.label}:* {line.text}")
    if mirror.twin_id is not None:
        lines.append(texts.render("T59", numero=_number_of(mirror.twin_id)))
    others = [warning for warning in mirror.warnings if warning.code not in {"twin", "taker_suspended"}]
    lines += [f"⚠️ {warning.message_pt}" for warning in others]
    return "\n".join([*lines, _ASKS])


def find_frozen(session: Session) -> FrozenNote | None:
    """Return the note that was shown last."""
    return FrozenNote.from_dict(session.mirror["note"]) if session.mirror else None


def key_of_yes(session: Session) -> uuid.UUID:
    """Return the form key of a yes: one for each mirror shown, so that two yeses are one request (R84)."""
    return uuid.uuid5(session.key, f"{session.mirror_hash}:{session.mirror_seq}")


def look_again(talk: Talk) -> Mirror | None:
    """Return what the shown note would be now, to compare with what was shown; None without a mirror."""
    session = talk.session
    frozen = find_frozen(session) if session is not None else None
    if frozen is None:
        return None
    return make_mirror(talk.firm.pk, frozen.thaw(), talk.now, talk.certificate)


def _number_of(request_id: int) -> str:
    request = InvoiceRequest.objects.select_related("invoice").get(pk=request_id)
    invoice = getattr(request, "invoice", None)
    return invoice.number if invoice else "que está sendo emitida"
