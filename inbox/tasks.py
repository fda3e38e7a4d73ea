"""The doors for Celery."""

from celery import shared_task

from inbox import services


@shared_task(name="inbox.delete_old_deliveries")
def delete_old_deliveries() -> str:
    bodies, rows = services.delete_old_deliveries()
    return f"{bodies} conteúdos e {rows} registros apagados"
