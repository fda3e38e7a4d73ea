"""Logs are events on stdout: JSON for machines, a readable line for people; personal data is masked."""

import logging
import logging.config
import sys
from collections.abc import Mapping
from typing import Any

import structlog
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import EventDict, Processor

from core.masking import mask_event
from core.outages import is_outage
from core.request_ids import current_request_id

WARNINGS_ONLY = (
    "httpx",
    "httpcore",
    "httpx2",
    "httpcore2",
    "openai",
    "stripe",
    "celery.beat",
    "celery.worker.strategy",
    "celery.app.trace",
    "asyncio",
)


def configure(config: Mapping[str, Any]) -> None:
    """Send structlog and the standard library into one stream. `config` is settings.LOGGING.

    Keys: "format" ("json" or "console") and "level" (a level's name).
    Celery leaves it alone (config/celery.py), so that workers log in the same way.
    """
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_shared(),
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    logging.config.dictConfig(_standard_library(config))


def _shared() -> list[Processor]:
    """What every event gets, whichever library logs it."""
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        add_request_id,
    ]


def _final(json_lines: bool) -> list[Processor]:
    """How an event becomes a line. Tracebacks are made before masking and never show local variables."""
    if json_lines:
        transform = ExceptionDictTransformer(show_locals=False)
        exceptions: Processor = structlog.processors.ExceptionRenderer(transform)
        renderer: Processor = structlog.processors.JSONRenderer(ensure_ascii=False)
    else:
        exceptions = structlog.processors.format_exc_info
        renderer = structlog.dev.ConsoleRenderer(colors=sys.stdout.isatty())
    remove_meta = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    return [remove_meta, exceptions, mask_event, renderer]


def _standard_library(config: Mapping[str, Any]) -> dict[str, Any]:
    through_root = {"handlers": [], "propagate": True}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"failed_request": {"()": FailedRequest}},
        "formatters": {
            "event": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": _shared(),
                "processors": _final(config["format"] == "json"),
            }
        },
        "handlers": {
            "stdout": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "event"},
        },
        "root": {"handlers": ["stdout"], "level": config["level"]},
        "loggers": {
            "django": {**through_root, "level": "INFO"},
            "django.request": {"level": "ERROR", "filters": ["failed_request"]},
            "django.server": {**through_root, "level": "WARNING"},
            **{name: {"level": "WARNING"} for name in WARNINGS_ONLY},
        },
    }


class FailedRequest(logging.Filter):
    """Django logs what it answers with 5xx by reason and path. Paths hold tokens: ours names the error.

    An outage of the database is no news for each request: the request's own line says it, without traceback.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if is_outage(error):
            return False
        if isinstance(record.args, tuple) and record.args:
            reason = str(record.args[0])
            record.msg, record.args = f"{reason}: {type(error).__name__}" if error else reason, ()
        return True


def add_request_id(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Add the current request id to the event."""
    request_id = current_request_id()
    if request_id:
        event.setdefault("request_id", request_id)
    return event
