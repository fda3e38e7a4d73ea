"""/operacao/fila/: what the queue holds and who works on it, for operators (O7, O13, O18)."""

from collections.abc import Callable

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.decorators import operator_required
from core.errors import NitroError
from operations.forms.queue import ItemFilterForm
from operations.kinds import links_of
from operations.selectors.outcomes import judge_items
from queue_worker.errors import UnknownKind
from queue_worker.health import WORKER_SECONDS
from queue_worker.models import WorkItem
from queue_worker.selectors import (
    get_item,
    list_depths,
    list_items,
    list_kind_summaries,
    list_live_workers,
    list_periodic,
    list_workers,
)
from queue_worker.services import OnDeadFailed, cancel, requeue

ITEMS_PER_PAGE = 50


@require_safe
@operator_required
def dashboard(request: HttpRequest) -> HttpResponse:
    depths = list_depths()
    kinds = list_kind_summaries()
    ages = [depth.oldest_due_seconds for depth in depths if depth.oldest_due_seconds is not None]
    context = {
        "depths": depths,
        "due": sum(depth.due for depth in depths),
        "running": sum(depth.running for depth in depths),
        "done_per_minute": sum(depth.done_per_minute for depth in depths),
        "oldest": max(ages, default=None),
        "kinds": kinds,
        "dead": sum(kind.dead for kind in kinds),
        "workers": list_workers(),
        "live": set(list_live_workers(seconds=WORKER_SECONDS).values_list("pk", flat=True)),
        "periodic": list_periodic(),
    }
    return render(request, "operations/dashboard.html", context)


@require_safe
@operator_required
def items(request: HttpRequest) -> HttpResponse:
    form = ItemFilterForm(request.GET)
    listed = list_items(**form.chosen())
    page = Paginator(listed, ITEMS_PER_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "verdicts": judge_items(page.object_list)}
    return render(request, "operations/items.html", context)


@require_safe
@operator_required
def item(request: HttpRequest, item_id: int) -> HttpResponse:
    try:
        found = get_item(item_id)
    except WorkItem.DoesNotExist as error:
        raise Http404 from error
    context = {"item": found, "links": links_of(found.payload), "verdicts": judge_items([found])}
    return render(request, "operations/item.html", context)


@require_POST
@operator_required
def requeue_item(request: HttpRequest, item_id: int) -> HttpResponse:
    return _act(request, item_id, requeue, "O trabalho voltou para a fila.")


@require_POST
@operator_required
def cancel_item(request: HttpRequest, item_id: int) -> HttpResponse:
    return _act(request, item_id, cancel, "O trabalho foi cancelado.")


def _act(request: HttpRequest, item_id: int, service: Callable[..., WorkItem], done: str) -> HttpResponse:
    try:
        service(item_id=item_id, actor_id=request.user.pk)
    except WorkItem.DoesNotExist as error:
        raise Http404 from error
    except NitroError as error:
        messages.error(request, error.message)
    except (UnknownKind, OnDeadFailed) as error:
        messages.error(request, f"Nada mudou: {error}")
    else:
        messages.success(request, done)
    return redirect("operations:item", item_id)
