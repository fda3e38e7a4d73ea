"""The buyer's dashboard: figures, new search, last searches (L4)."""

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.decorators import buyer_required
from accounts.kept_forms import kept_values
from credits.models import Tariff
from credits.selectors import get_price
from leads.forms import SearchForm
from leads.models import Search
from leads.selectors.dashboard import get_dashboard_figures, list_daily_use
from leads.selectors.searches import get_search, list_searches
from leads.views.requests import BuyerRequest, or_404
from registry.models import City

LAST_SEARCHES = 5


@never_cache
@require_safe
@buyer_required
def dashboard(request: BuyerRequest) -> HttpResponse:
    if request.htmx:
        return render(request, "leads/dashboard/_live.html", live_context(request))
    if kept := kept_values(request):
        return show_dashboard(request, SearchForm(kept))
    return show_dashboard(request, SearchForm(initial=_repeated(request)))


def show_dashboard(request: BuyerRequest, form: SearchForm, *, status: int = 200) -> HttpResponse:
    """The page with a form on it: a new one, or one that was refused."""
    figures = live_context(request)
    price = get_price(Tariff.Action.LEAD).credits
    form.initial.setdefault("unit_price", price)
    daily_use = list_daily_use(request.account.pk, timezone.now())
    affordable = figures["figures"].balance // price if price else settings.LEADS_MAX_QUANTITY
    context = {
        **figures,
        "form": form,
        "unit_price": price,
        "max_quantity": min(affordable, settings.LEADS_MAX_QUANTITY),
        "daily_use": daily_use,
        "was_used": any(day.leads for day in daily_use),
    }
    return render(request, "leads/dashboard/page.html", context, status=status)


def live_context(request: BuyerRequest) -> dict[str, Any]:
    """What changes while a search runs: the cards and the last searches."""
    searches = list(list_searches(request.account.pk)[:LAST_SEARCHES])
    return {
        "figures": get_dashboard_figures(request.account.pk, timezone.now()),
        "searches": searches,
        "is_live": any(not search.is_final for search in searches),
    }


def _repeated(request: BuyerRequest) -> dict[str, Any]:
    """What an earlier search asked, to ask it again with changes."""
    number = request.GET.get("repetir", "")
    if not number.isascii() or not number.isdigit():
        return _suggested(request)
    return _asked(or_404(get_search, request.account.pk, int(number[:18])))


def _suggested(request: BuyerRequest) -> dict[str, Any]:
    """The niche and city of a link that an empty search offered."""
    code = request.GET.get("cidade", "")[:7]
    city = City.objects.filter(pk=code).first() if code.isascii() and code.isdigit() else None
    if city is None:
        return {}
    return {"niche": request.GET.get("nicho", "")[:80], "city": city.label, "city_code": city.pk}


def _asked(search: Search) -> dict[str, Any]:
    return {
        "niche": search.niche.name,
        "city": search.city.label,
        "city_code": search.city_id,
        "quantity": search.quantity,
        "only_with_phone": search.only_with_phone,
        "include_owned": search.include_owned,
    }
