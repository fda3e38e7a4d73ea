"""Where a transaction must be open, and where it must not."""

from django.db import connection


class InsideTransaction(RuntimeError):
    """This commits by itself and was called inside somebody's transaction."""


class OutsideTransaction(RuntimeError):
    """This belongs to the caller's transaction and there is none."""


def in_transaction() -> bool:
    """Whether a transaction is open, not counting the one that a TestCase wraps around a test."""
    return any(not getattr(block, "_from_testcase", False) for block in connection.atomic_blocks)


def refuse_transaction(what: str) -> None:
    """Raise InsideTransaction when one is open."""
    if in_transaction():
        raise InsideTransaction(f"{what} was called inside a transaction")


def require_transaction(what: str) -> None:
    """Raise OutsideTransaction when none is open."""
    if not connection.in_atomic_block:
        raise OutsideTransaction(f"{what} was called outside a transaction")
