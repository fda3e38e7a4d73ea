"""Logs are events on stdout: JSON for machines, a readable line for people; personal data is masked."""

import logging
import logging.config
import re
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog
from structlog.typing import EventDict, Processor

from core.request_ids import current_request_id

QUIET = ("httpx", "httpcore", "celery.worker.strategy", "celery.app.trace", "faker", "asyncio")


def configure(config: Mapping[str, Any]) -> None:
    """Route structlog and the standard library into one stream. `config` is settings.LOGGING.

    Keys: "format" ("json" or "console") and "level" (a level's name). Raises ValueError for another value.
    """
    if config["format"] not in {"json", "console"}:
        raise ValueError(f"LOG_FORMAT must be json or console, not {config['format']!r}")
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        add_request_id,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    json_lines = config["format"] == "json"
    renderer: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if json_lines
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    final: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if json_lines:
        final.append(structlog.processors.dict_tracebacks)
    final += [mask_personal_data, renderer]
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "event": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "foreign_pre_chain": shared,
                    "processors": final,
                }
            },
            "handlers": {
                "stdout": {
                    "class": "logging.StreamHandler",
                    "stream": "ext://sys.stdout",
                    "formatter": "event",
                }
            },
            "root": {"handlers": ["stdout"], "level": config["level"]},
            "loggers": {name: {"level": "WARNING"} for name in QUIET},
        }
    )


def add_request_id(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Add the current request id to the event."""
    request_id = current_request_id()
    if request_id:
        event.setdefault("request_id", request_id)
    return event


def mask_personal_data(_logger: Any, _method: str, event: EventDict) -> MutableMapping[str, Any]:
    """Mask documents, phones, e-mail addresses and secrets in every value of the event."""
    return {key: _mask(key, value) for key, value in event.items()}


_SECRET_NAME = re.compile(r"password|senha|token|secret|authorization|api_?key|cookie", re.IGNORECASE)
_UNMASKED = {"timestamp", "level", "logger", "request_id"}


def _mask(name: str, value: Any) -> Any:
    if name in _UNMASKED:
        return value
    if _SECRET_NAME.search(name) and value:
        return "***"
    if isinstance(value, str):
        return mask_text(value)
    if isinstance(value, Mapping):
        return {key: _mask(str(key), item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_mask("", item) for item in value]
    return value


_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_BEARER = re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]+")
_LONG_NUMBER = re.compile(r"(?<![\w-])\+?\(?\d[\d ().\/-]{8,18}\d(?![\w-])")


def mask_text(text: str) -> str:
    """Return `text` with e-mail addresses, bearer tokens and numbers of 10 to 14 digits masked."""
    text = _BEARER.sub(r"\1 ***", _EMAIL.sub("***@***", text))
    return _LONG_NUMBER.sub(_mask_number, text)


def _mask_number(match: re.Match[str]) -> str:
    digits = re.sub(r"\D", "", match[0])
    return f"***{digits[-2:]}" if 10 <= len(digits) <= 14 else match[0]
