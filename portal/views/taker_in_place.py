"""A CNPJ typed as the taker of a note that is no taker yet: looked up and kept beside the field (A20, A23).

A POST asks the registry, a GET only reads; what is kept comes back as `data-taker-id` and `data-taker-label`,
which portal/issue.js writes into the form while the field still holds the CNPJ of the answer (`data-asked`).
"""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from core.documents import InvalidCnpj, compact_document
from core.errors import NitroError
from core.ratelimit import rate_limited
from nfse.access import FirmRequest, firm_member_required
from nfse.models import Taker
from nfse.permissions import Right
from nfse.selectors.registry import read_registry
from nfse.selectors.takers import find_taker_by_document, label_taker
from nfse.services import takers as services
from nfse.services.registry import ask_registry
from portal.views.registry_fill import LOOKUP_RATE_GROUP, RATE


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@firm_member_required(Right.EDIT_TAKERS)
@rate_limited(LOOKUP_RATE_GROUP, key="account", rate=RATE, closed_when_down=False)
def look_up_taker(request: FirmRequest) -> HttpResponse:
    """What the registry knows of the CNPJ, with a button that keeps it; of a known taker, the taker."""
    is_asking = request.method == "POST"
    values = request.POST if is_asking else request.GET
    typed = values.get("cnpj", "")[:40].replace("\x00", "")
    try:
        answer = ask_registry(typed) if is_asking else read_registry(typed)
    except InvalidCnpj as error:
        return _show(request, typed, problem=error.message)
    if answer is None:
        return _show(request, typed)
    taker = find_taker_by_document(request.firm.pk, answer.cnpj)
    if taker is not None:
        return _show_taker(request, typed, taker)
    poll_url = f"{reverse('nfse:look_up_taker')}?{urlencode({'cnpj': answer.cnpj})}"
    return _show(request, typed, answer=answer, poll_url=poll_url)


@require_POST
@firm_member_required(Right.EDIT_TAKERS)
def keep_taker(request: FirmRequest) -> HttpResponse:
    """Keep what the registry said as a taker of the firm; one that is there already is taken as it is."""
    typed = request.POST.get("cnpj", "")[:40].replace("\x00", "")
    try:
        taker = services.create_taker_from_registry(
            actor=request.actor, cnpj=typed, accept_status=request.POST.get("accept_status") == "on"
        )
    except services.TakerTaken:
        known = find_taker_by_document(request.firm.pk, typed)
        return _show_taker(request, typed, known) if known else _show(request, typed)
    except NitroError as error:
        return _show(request, typed, problem=error.message)
    return _show_taker(request, typed, taker)


def _show_taker(request: FirmRequest, typed: str, taker: Taker) -> HttpResponse:
    return _show(request, typed, taker=taker, taker_label=label_taker(taker))


def _show(request: FirmRequest, typed: str, **context: Any) -> HttpResponse:
    """Every answer names what it answers: the person may have typed something else meanwhile."""
    return render(request, "portal/issuing/_new_taker.html", {"asked": compact_document(typed), **context})


keep_taker.form_page = "nfse:issue"  # type: ignore[attr-defined]
