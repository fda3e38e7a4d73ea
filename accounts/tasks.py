"""The doors for Celery."""

from celery import shared_task

from accounts import services


@shared_task(name="accounts.clear_sessions")
def clear_sessions() -> str:
    return f"{services.clear_sessions()} apagadas"
