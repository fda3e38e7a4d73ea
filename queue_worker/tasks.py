"""The doors for Celery. A message says nothing but "look": what to do stands in the rows."""

from celery import Task, shared_task

from queue_worker import pulse, runner, services


@shared_task(name="queue_worker.ring", bind=True)
def ring(self: Task, queue: str, later: bool = False) -> None:
    """The bell of one queue: something is due, or (`later`) will be."""
    if later:
        pulse.wake_pulse()
    runner.drain(queue, worker=self.request.hostname)


@shared_task(name="queue_worker.reap")
def reap() -> str:
    return f"{services.reap()} retomados"


@shared_task(name="queue_worker.sweep")
def sweep() -> str:
    return f"filas chamadas: {', '.join(services.sweep()) or 'nenhuma'}"


@shared_task(name="queue_worker.delete_old_items")
def delete_old_items() -> str:
    return f"{services.delete_old_items()} apagados"
