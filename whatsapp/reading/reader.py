"""The deterministic reader: one batch of messages to values, without any model (PRODUCT.md §5.4, §5.5).

Each step takes its words off the canvas, so a number of a document, a phone or a date is never an amount, and
what is left at the end is the description or goes to the model.
"""

from collections.abc import Sequence

from core.text import fold
from whatsapp.reading.addresses import take_postal_code
from whatsapp.reading.amounts import take_amount
from whatsapp.reading.canvas import Canvas
from whatsapp.reading.competence import take_competence
from whatsapp.reading.description import Found, find_description
from whatsapp.reading.documents import choose_document, take_documents
from whatsapp.reading.nuisances import take_links, take_numbered, take_others
from whatsapp.reading.questions import REQUEST, take_commands, take_questions
from whatsapp.reading.takers import take_called, take_known
from whatsapp.reading.values import Reading, ReadingContext, Status, TextRead

MAX_CHARACTERS = 4000


def read_messages(texts: Sequence[str], context: ReadingContext) -> Reading:
    """Read the texts of one batch together, in order: a document may be split over them.

    Text over 4,000 characters is cut (W20). Nothing is computed and nothing is repaired: a value is stated in
    the person's own words, or its field says why it must be asked.
    """
    canvas = Canvas.of("\n".join(texts)[:MAX_CHARACTERS])
    take_links(canvas)
    postal_code, street_number = take_postal_code(canvas, context)
    asks_for_invoice = REQUEST.search(canvas.plain) is not None
    is_question = take_questions(canvas)
    is_command = take_commands(canvas)
    take_numbered(canvas)
    mentions = take_documents(canvas, context)
    take_others(canvas)
    competence, _ = take_competence(canvas, context)
    known = take_known(canvas, context)
    amount = take_amount(canvas, context)
    name = take_called(canvas, context) if not known else TextRead()
    document = choose_document(mentions, canvas, context)
    has_document = document.status is not Status.MISSING
    found = find_description(canvas, context, has_document=has_document)
    return Reading(
        document=document,
        amount=amount,
        description=found.field,
        competence=competence,
        taker_name=name,
        known_takers=known,
        leftover=found.leftover,
        needs_llm=_needs_model(found, is_known=is_question or is_command, text=canvas.text),
        is_question=is_question,
        asks_for_invoice=asks_for_invoice,
        postal_code=postal_code,
        street_number=street_number,
    )


def _needs_model(found: Found, *, is_known: bool, text: str) -> bool:
    """Whether words are left that may hold a description, a name or an intent which no rule read."""
    if found.field.status is not Status.MISSING:
        return False
    return bool(fold(text)) and (not found.is_sure or (bool(found.leftover) and not is_known))
