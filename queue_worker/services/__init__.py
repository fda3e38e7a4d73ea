"""Everything that changes a work item. The rules are those of DESIGN.md §3."""

from queue_worker.services.claiming import claim, renew_leases
from queue_worker.services.enqueueing import enqueue
from queue_worker.services.operating import NotDead, NotPending, cancel, requeue
from queue_worker.services.reaping import delete_old_items, reap, sweep
from queue_worker.services.recording import (
    Failure,
    OnDeadFailed,
    finish,
    record_done,
    record_failure,
)
from queue_worker.services.watching import (
    forget_worker,
    record_periodic_end,
    record_periodic_start,
    record_worker,
    run_if_overdue,
)

__all__ = [
    "Failure",
    "NotDead",
    "NotPending",
    "OnDeadFailed",
    "cancel",
    "claim",
    "delete_old_items",
    "enqueue",
    "finish",
    "forget_worker",
    "reap",
    "record_done",
    "record_failure",
    "record_periodic_end",
    "record_periodic_start",
    "record_worker",
    "renew_leases",
    "requeue",
    "run_if_overdue",
    "sweep",
]
