"""What a handler sees of the item that it works on."""

from typing import Any


class Work:
    """The item in the hands of a handler."""

    item_id: int
    payload: dict[str, Any]
    attempts: int
    request_id: str
    must_ask: bool
