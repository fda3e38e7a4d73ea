"""Work of credits."""

from credits.services.checking import TELL_DIFFERENCES, write_differences
from queue_worker.letters import LetterKind

LETTERS = (LetterKind(TELL_DIFFERENCES, write_differences),)
