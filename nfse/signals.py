"""What other apps hear of notes. Sent inside the transaction: receivers only insert rows of theirs."""

from django.dispatch import Signal

request_moved = Signal()
"""A request changed its state. Arguments: request_id: int, firm_id: int, before: str, after: str
(nfse.states.State; before is "" for a new one), event: nfse.events.Event."""

pdf_ready = Signal()
"""The PDF of a note can be had without asking anybody (`services.notes.pictures.read_picture`): the XML of a
note that is drawn here came, or the gateway's PDF was stored. Sent again for a PDF that shows the note in
another status. Arguments: request_id: int, firm_id: int, status: str (the NoteStatus that the PDF shows)."""
