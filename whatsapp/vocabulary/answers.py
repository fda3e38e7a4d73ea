"""Plain yes, no and cancel (PRODUCT.md §5.7). Doubt is none of them."""

import re
from enum import StrEnum

from whatsapp.reading.canvas import fold_letters, normalize
from whatsapp.vocabulary import words
from whatsapp.vocabulary.phrases import NO_MARK, POLITE_MARK, YES_MARK, compare, holds, is_made_of, phrases_of


class Answer(StrEnum):
    YES = "yes"
    NO = "no"
    CANCEL = "cancel"
    KEEP = "keep"


_YES = phrases_of(words.YES) | {(YES_MARK,)}
_NO = phrases_of(words.NO) | {(NO_MARK,)}
_CANCEL = phrases_of(words.CANCEL)
_POLITE = phrases_of(words.POLITE) | {(POLITE_MARK,)}
_AFTER_YES = phrases_of(words.POLITE_AFTER_YES)
_WRAPPERS = phrases_of(words.CANCEL_WRAPPERS)
_CONFIRMING = phrases_of(words.CONFIRMING)
_KEEP = phrases_of(words.KEEP_OLD)
_NEVER = phrases_of(words.NEVER_YES)
_NOT_CANCELING = re.compile(
    r"\b(?:nao|n|num|nem)\s+(?:e pra |era pra |quero |precisa |vou |pode |desejo |me )?(?:cancel|"
    r"desist|anul|apag|esque|par[ae]r?\b|deix)"
)


def read_answer(text: str, *, at_mirror: bool) -> Answer | None:
    """Return the plain answer that a whole message is, or None.

    `at_mirror`: there a confirming negation ("não muda nada") counts as yes. A question mark makes it none.
    """
    if "?" in text or "؟" in text:
        return None
    compared = compare(text)
    if is_made_of(compared, _KEEP, [_POLITE, _NO]):
        return Answer.KEEP
    if is_made_of(compared, _CANCEL, [_POLITE, _WRAPPERS, _NO, _YES]):
        return None if _is_not_canceling(text) else Answer.CANCEL
    if at_mirror and is_made_of(compared, _CONFIRMING, [_YES, _POLITE]):
        return Answer.YES
    if compared in {"sim e nao", "sim ou nao", "nao e sim", "nao sei"}:
        return None
    if is_made_of(compared, _NO, [_YES, _POLITE]):
        return Answer.NO
    if holds(compared, _NEVER):
        return None
    return Answer.YES if is_made_of(compared, _YES, [_POLITE, _AFTER_YES]) else None


def holds_cancel(text: str) -> bool:
    """Whether a word of canceling stands in a message that is more than that."""
    strong = {
        phrase for phrase in _CANCEL if phrase[0].startswith(("cancel", "desist", "esque", "anul", "abort"))
    }
    return holds(compare(text), frozenset(strong)) and not _is_not_canceling(text)


def begins_with_no(text: str) -> bool:
    """Whether a longer message begins with a no, as in "não, é 900"."""
    return re.match(r"\s*(?:nao|n)\b", fold_letters(normalize(text))) is not None


def _is_not_canceling(text: str) -> bool:
    """Whether the words say the opposite: "não cancela". A comma keeps the cancel: "não, cancela"."""
    plain = fold_letters(normalize(text))
    if re.search(r"\bnao quero mais\b|\bn quero mais\b|\bnum quero mais\b", plain):
        return False
    return _NOT_CANCELING.search(plain) is not None
