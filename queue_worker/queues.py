"""The queues of the house: one worker process each, and how long its work may take."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import models


class Queue(models.TextChoices):
    """Where a kind of work runs. A queue of its own keeps one business from waiting behind another's."""

    IO = "io", "Rede"  # waits on the network: threads
    CPU = "cpu", "Processador"  # computes: processes
    CHAT = "chat", "Conversas"  # somebody waits for the answer: threads that nothing long ever takes


@dataclass(frozen=True)
class Limits:
    """How long one run of a queue's work may take, and takes if its handler says nothing."""

    longest: timedelta
    usual: timedelta


LONGEST_RUN = timedelta(minutes=30)
LIMITS = {
    Queue.IO: Limits(longest=LONGEST_RUN, usual=timedelta(minutes=5)),
    Queue.CPU: Limits(longest=timedelta(seconds=60), usual=timedelta(seconds=60)),  # Celery kills at 120 s
    Queue.CHAT: Limits(longest=timedelta(minutes=5), usual=timedelta(minutes=1)),
}
