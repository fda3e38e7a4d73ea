"""The kinds of work of a conversation, and the key that keeps them one at a time."""

CONVERSE = "whatsapp.converse"
HEAR_REQUEST = "whatsapp.hear_request"
HEAR_REGISTRY = "whatsapp.hear_registry"
ASK_REGISTRY = "whatsapp.ask_registry"
TELL_LOOKUP = "whatsapp.tell_lookup"
TELL_WAITING = "whatsapp.tell_waiting"
HAND_OVER = "whatsapp.hand_over"
MIND_CLOCK = "whatsapp.mind_clock"


def order_of(conversation_id: int) -> str:
    """Return the ordering key of all that is decided about a conversation."""
    return f"conversation:{conversation_id}"
