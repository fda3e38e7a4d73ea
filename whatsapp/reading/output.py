"""A reading as plain values, for the commands that print it."""

from typing import Any

from whatsapp.reading.values import Reading, Status


def values_of(reading: Reading) -> dict[str, Any]:
    """Return document, its validity, amount ("1500.00"), description and month of competence ("2026-10").

    None: not said, or to be asked. A wrong document comes as typed, with `document_valid` false.
    """
    document, amount, competence = reading.document, reading.amount, reading.competence
    known = document.status in {Status.VALID, Status.INVALID}
    return {
        "taker_document": document.value if known else None,
        "document_valid": document.status is Status.VALID if known else None,
        "amount": f"{amount.cents // 100}.{amount.cents % 100:02d}" if amount.cents is not None else None,
        "description": reading.description.value or None,
        "competence": competence.day.strftime("%Y-%m") if competence.day else None,
    }
