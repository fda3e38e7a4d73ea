"""/operacao/webhooks/: what was delivered, what became of it, and processing it again (O11)."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.decorators import operator_required
from core.crypto import DecryptionFailed
from core.forms import status_of, succeeds
from inbox.messages import Malformed, outline, parse_message
from inbox.models import BodyDeleted, Delivery
from inbox.selectors import get_delivery, list_deliveries, list_replays
from inbox.services import replay_delivery
from inbox.sources import find_source
from operations.forms.deliveries import DeliveryFilterForm, ReplayForm

DELIVERIES_PER_PAGE = 50


@require_safe
@operator_required
def deliveries(request: HttpRequest) -> HttpResponse:
    form = DeliveryFilterForm(request.GET)
    chosen = form.chosen()
    page = Paginator(list_deliveries(**chosen), DELIVERIES_PER_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "is_filtered": any(chosen.values())}
    return render(request, "operations/deliveries.html", context)


@require_safe
@operator_required
def delivery(request: HttpRequest, delivery_id: int) -> HttpResponse:
    return _page(request, _get(delivery_id), ReplayForm())


@require_POST
@operator_required
def replay(request: HttpRequest, delivery_id: int) -> HttpResponse:
    found, form = _get(delivery_id), ReplayForm(request.POST)
    if form.is_valid() and succeeds(
        form,
        replay_delivery,
        delivery_id=delivery_id,
        actor_id=int(request.user.pk or 0),
        **form.cleaned_data,
    ):
        messages.success(request, "O webhook é tratado de novo.")
        return redirect("operations:delivery", delivery_id)
    return _page(request, found, form)


def _page(request: HttpRequest, found: Delivery, form: ReplayForm) -> HttpResponse:
    context = {
        "delivery": found,
        "content": _outline(found),
        "replays": list_replays(found.pk),
        "form": form,
        "can_replay": found.body is not None and find_source(found.source) is not None,
    }
    return render(request, "operations/delivery.html", context, status=status_of(form))


def _get(delivery_id: int) -> Delivery:
    try:
        return get_delivery(delivery_id)
    except (Delivery.DoesNotExist, DecryptionFailed) as error:
        raise Http404 from error


def _outline(found: Delivery) -> object:
    source = find_source(found.source)
    try:
        return outline(parse_message(found.open_body()), source.plain_fields if source else frozenset())
    except (BodyDeleted, Malformed, DecryptionFailed):
        return None
