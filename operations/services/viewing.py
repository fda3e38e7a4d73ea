"""Record what operators look at (O1, O10)."""

from operations.models import Viewing


def record_viewing(*, actor_id: int, subject: Viewing.Subject, subject_id: int) -> None:
    """Record that an operator opened a page about a firm's data, whatever it showed."""
    Viewing.objects.create(actor_id=actor_id, subject=subject, subject_id=subject_id)
