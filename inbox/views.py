"""/webhooks/<source>/: the one door for all senders (O11, R16, R80)."""

import structlog
from django.contrib.auth.decorators import login_not_required
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from core.bodies import BodyTooLarge, own_body_limit, read_body
from inbox.services import store_delivery
from inbox.sources import BadSignature, Call, UnknownSender, find_source

log = structlog.get_logger(__name__)
RETRY_SECONDS = 30


@require_POST
@csrf_exempt
@login_not_required
@never_cache
@own_body_limit
def receive(request: HttpRequest, source: str, address: str = "") -> HttpResponse:
    """Store a delivery and answer 200 after the commit, whatever it says.

    404: no such source, address or secret. 413: the body is too long. 400: the signature of the body is not
    good. 503: the database is away and the sender must repeat. None of these stores a row.
    """
    try:
        return _receive(request, source, address)
    except (OperationalError, InterfaceError) as error:
        log.error("webhook_not_stored", source=source, error=type(error).__name__)
        return HttpResponse(status=503, headers={"Retry-After": str(RETRY_SECONDS)})


def _receive(request: HttpRequest, name: str, address: str) -> HttpResponse:
    source = find_source(name)
    if source is None:
        return HttpResponse(status=404)
    call = Call(address, request.headers, timezone.now())
    try:
        sender = source.authenticate(call)
        body = read_body(request, source.body_limit)
        source.verify(call, body)
    except UnknownSender:
        return _refuse(name, "unknown_sender", 404)
    except BodyTooLarge:
        return _refuse(name, "too_large", 413)
    except BadSignature:
        return _refuse(name, "bad_signature", 400)
    store_delivery(source=source, account=sender.account, call=call, body=body, sender_row=sender.row)
    return HttpResponse(status=200)


def _refuse(source: str, why: str, status: int) -> HttpResponse:
    log.warning("webhook_refused", source=source, why=why)
    return HttpResponse(status=status)
