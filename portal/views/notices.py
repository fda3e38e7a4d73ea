"""The bell: what a person of a firm should know (A28)."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from nfse.access import FirmRequest, firm_member_required
from nfse.answers import or_404
from nfse.permissions import Right
from nfse.selectors.notices import count_unread_notices, get_notice, list_notices
from nfse.services import notices as services
from portal.views.targets import find_target

NOTICES_PER_PAGE = 30


@never_cache
@require_safe
@firm_member_required(Right.SEE_INVOICES)
def notices(request: FirmRequest) -> HttpResponse:
    is_all = request.GET.get("todos") == "1"
    listed = list_notices(request.firm.pk, request.user.pk, unread=not is_all)
    page = Paginator(listed, NOTICES_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "notices": page.object_list,
        "is_all": is_all,
        "unread_count": count_unread_notices(request.firm.pk, request.user.pk),
    }
    return render(request, "portal/notices/list.html", context)


@require_POST
@firm_member_required(Right.SEE_INVOICES)
def mark_notices_read(request: FirmRequest) -> HttpResponse:
    count = services.mark_notices_read(firm_id=request.firm.pk, user_id=request.user.pk)
    if count:
        messages.success(request, "Avisos marcados como lidos.")
    return redirect("nfse:notices")


@require_POST
@firm_member_required(Right.SEE_INVOICES)
def open_notice(request: FirmRequest, notice_id: int) -> HttpResponse:
    """Mark a notice as read and go where it points."""
    notice = or_404(get_notice, request.firm.pk, request.user.pk, notice_id)
    services.mark_notices_read(firm_id=request.firm.pk, user_id=request.user.pk, notice_ids=[notice.pk])
    return redirect(find_target(notice) or "nfse:notices")
