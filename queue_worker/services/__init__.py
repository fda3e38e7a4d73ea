"""Everything that changes a work item. The rules are those of DESIGN.md §3."""

from queue_worker.services.enqueueing import enqueue

__all__ = ["enqueue"]
