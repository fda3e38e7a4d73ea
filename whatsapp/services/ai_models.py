"""Whether the models of the settings still exist, asked of OpenAI once a day (openai.md)."""

from datetime import datetime

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from core.errors import ProviderAccountTrouble, ProviderError
from whatsapp.gateways.openai_models import ModelFacts, find_model, names_in_use
from whatsapp.models import AiModel

log = structlog.get_logger(__name__)

NO_SUCH_MODEL = frozenset({"model_not_found", "404"})


def check_models(*, now: datetime | None = None) -> int:
    """Keep what OpenAI says of each model in use; return how many do not exist.

    An outage, or a key that is refused, says nothing of a model and changes nothing.
    """
    if not settings.OPENAI_ENABLED:
        return 0
    return sum(_check(name, now or timezone.now()) for name in names_in_use())


def _check(name: str, now: datetime) -> bool:
    try:
        facts: ModelFacts | None = find_model(name)
    except ProviderError as error:
        if not isinstance(error, ProviderAccountTrouble) or error.code not in NO_SUCH_MODEL:
            log.warning("model_not_checked", model=name, error=type(error).__name__)
            return False
        facts = None
    with transaction.atomic(durable=True):
        row, _ = AiModel.objects.select_for_update().get_or_create(name=name, defaults={"checked_at": now})
        row.checked_at = now
        row.missing_since = None if facts else row.missing_since or now
        row.shutdown_on = facts.shutdown_on if facts else row.shutdown_on
        row.save()
    if facts is None:
        log.error("model_missing", model=name)
    return facts is None
