"""Who changed what, when, from what to what (A30)."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from nfse.access import FirmRequest, firm_member_required
from nfse.permissions import Right
from nfse.selectors.trail import list_actors, list_trail, read_changes
from portal.forms.firms import TrailFilterForm

CHANGES_PER_PAGE = 30


@require_safe
@firm_member_required(Right.EDIT_COMPANIES)
def trail(request: FirmRequest) -> HttpResponse:
    form = TrailFilterForm(request.GET, people=list_actors(request.firm.pk))
    chosen = form.chosen()
    changes = list_trail(request.firm.pk, chosen, with_team=Right.MANAGE_FIRM in request.rights)
    page = Paginator(changes, CHANGES_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "is_filtered": not chosen.is_empty,
        "page": page,
        "changes": read_changes(request.firm.pk, list(page.object_list)),
    }
    return render(request, "portal/trail/page.html", context)
