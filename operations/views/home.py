"""/operacao/: what needs an operator now (O14)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.decorators import operator_required
from operations.selectors.concerns import list_concerns
from queue_worker.selectors import list_depths


@require_safe
@operator_required
def home(request: HttpRequest) -> HttpResponse:
    depths = list_depths()
    ages = [depth.oldest_due_seconds for depth in depths if depth.oldest_due_seconds is not None]
    context = {
        "concerns": list_concerns(),
        "due": sum(depth.due for depth in depths),
        "running": sum(depth.running for depth in depths),
        "done_per_minute": sum(depth.done_per_minute for depth in depths),
        "oldest": max(ages, default=None),
    }
    return render(request, "operations/home.html", context)
