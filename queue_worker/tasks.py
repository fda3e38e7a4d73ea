"""The door for Celery. A message says nothing but "look": what to do stands in the rows."""

from celery import Task, shared_task

from queue_worker import pulse, runner


@shared_task(name="queue_worker.ring", bind=True)
def ring(self: Task, queue: str, later: bool = False) -> None:
    """The bell of one queue: something is due, or (`later`) will be."""
    if later:
        pulse.wake_pulse()
    runner.drain(queue, worker=self.request.hostname)
