"""What the gateways call (N16, R16, R80). Nothing that they say is believed."""

import json
import secrets
from typing import Any

import structlog
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from fiscal.gateways.plugnotas.company import SECRET_HEADER
from nfse.services.notes.hearing import hear_of_note, webhook_key

log = structlog.get_logger(__name__)
MAX_BODY = 1024 * 1024
MAX_ID = 64


@require_POST
@csrf_exempt
@login_not_required
@never_cache
def plugnotas_webhook(request: HttpRequest, key: str) -> HttpResponse:
    """Ask about the note that is named. 404 without a configured secret or at another address, 401 with
    another secret; whatever an authentic message says is answered 200, as repeating it would change nothing.
    """
    secret = settings.PLUGNOTAS_WEBHOOK_SECRET
    if not secret or not _is_same(key, webhook_key()):
        raise Http404
    if not _is_same(request.headers.get(SECRET_HEADER, ""), secret):
        log.warning("webhook_refused", gateway="plugnotas")
        return HttpResponse(status=401)
    body = request.read(MAX_BODY + 1)
    if len(body) > MAX_BODY:
        return HttpResponse(status=413)
    message = _read(body)
    heard = hear_of_note(integration_id=_id(message, "idIntegracao"), provider_id=_id(message, "id"))
    log.info("webhook_heard", gateway="plugnotas", known=heard)
    return HttpResponse()


def _is_same(given: str, expected: str) -> bool:
    return secrets.compare_digest(given.encode(), expected.encode())


def _read(body: bytes) -> dict[str, Any]:
    try:
        message = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return message if isinstance(message, dict) else {}


def _id(message: dict[str, Any], name: str) -> str:
    """Return an id as it may stand in a query: short text without NUL, which PostgreSQL refuses."""
    value = message.get(name)
    return value if isinstance(value, str) and len(value) <= MAX_ID and "\0" not in value else ""
