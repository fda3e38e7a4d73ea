"""Letters of the operators' pages."""

from operations.services.alerts import ALERT, write_alert
from queue_worker.letters import LetterKind

LETTERS = (LetterKind(ALERT, write_alert),)
