"""The list of sessions, and who waits for a person of the firm (A24)."""

from dataclasses import asdict

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from nfse.access import FirmRequest, firm_member_required
from nfse.permissions import Right
from whatsapp.forms.sessions import SessionFilterForm
from whatsapp.selectors.sessions import list_handoffs, list_sessions

PER_PAGE = 20
MOST_HANDOFFS = 10


@require_safe
@firm_member_required(Right.ANSWER)
def sessions(request: FirmRequest) -> HttpResponse:
    form = SessionFilterForm(request.GET, firm_id=request.firm.pk)
    chosen = form.chosen()
    page = Paginator(list_sessions(request.firm.pk, chosen), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "is_filtered": any(asdict(chosen).values()),
        "page": page,
        "sessions": page.object_list,
        "handoffs": list_handoffs(request.firm.pk)[:MOST_HANDOFFS],
        "now": timezone.now(),
    }
    return render(request, "whatsapp/sessions/list.html", context)
