"""What the queue does when others signal: e-mails of accounts become work, periodic runs leave a trace."""

from typing import Any

from celery.signals import task_postrun, task_prerun
from django.dispatch import receiver

from accounts.signals import email_requested, reset_requested
from core.crypto import blind_index, encrypt
from core.database import give_back_connections
from core.schedule import list_schedule
from queue_worker.handlers import REQUEST_RESET, SEND_EMAIL
from queue_worker.services import enqueue, record_periodic_end, record_periodic_start


@receiver(email_requested)
def enqueue_email(user_id: int, template: str, **_: Any) -> None:
    """Only the user and the template are kept: the address and the link's token are read when it is sent."""
    enqueue(
        kind=SEND_EMAIL,
        payload={"user_id": user_id, "template": str(template)},
        dedupe_key=f"{user_id}:{template}",
        priority=50,
    )


@receiver(reset_requested)
def enqueue_reset(email: str, **_: Any) -> None:
    """The address may be anybody's: it is stored encrypted, and goes with the item."""
    enqueue(
        kind=REQUEST_RESET,
        payload={"email": encrypt(email)},
        dedupe_key=blind_index(email.lower(), "queue_worker.reset"),
        priority=50,
    )


@task_prerun.connect
def note_periodic_start(task: Any, **_: Any) -> None:
    if _is_periodic(task.name):
        record_periodic_start(name=task.name)


@task_postrun.connect
def note_periodic_end(task: Any, state: str, retval: Any, **_: Any) -> None:
    if _is_periodic(task.name):
        record_periodic_end(name=task.name, succeeded=state == "SUCCESS", result=str(retval))
        give_back_connections()


def _is_periodic(name: str) -> bool:
    return any(periodic.task == name for periodic in list_schedule())
