"""Searches: start, follow, cancel, repeat, hide (L6, L12, L13)."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.decorators import buyer_required
from accounts.kept_forms import keeps_typed
from core.errors import FormKeyReused, NitroError
from core.forms import attempt
from core.ratelimit import rate_limited
from credits.models import Tariff
from credits.selectors import get_balance, get_price
from leads.forms import PaidForm, SearchForm
from leads.selectors.accesses import list_accesses
from leads.selectors.catalog import list_similar_niches
from leads.selectors.searches import get_search, list_searches
from leads.services import searches as services
from leads.views.dashboard import show_dashboard
from leads.views.requests import BuyerRequest, or_404
from leads.visibility import visible_leads
from registry.selectors.cities import list_nearby_cities

if TYPE_CHECKING:
    from leads.selectors.searches import CountedSearch

SEARCHES_PER_PAGE = 20
LEADS_PER_PAGE = 50
STARTED = "Busca iniciada. Pode sair desta página: o resultado fica em Minhas buscas."
START_RATE = "30/m"


@keeps_typed("leads:dashboard")
@require_POST
@buyer_required
@rate_limited("leads.start_search", key="account", rate=START_RATE, closed_when_down=True)
def start_search(request: BuyerRequest) -> HttpResponse:
    form = SearchForm(request.POST)
    if form.is_valid():
        asked = form.cleaned_data
        search = attempt(
            form,
            services.start_search,
            account_id=request.account.pk,
            user_id=request.user.pk,
            niche_text=asked["niche"],
            city_code=asked["city_code"],
            quantity=asked["quantity"],
            include_owned=asked["include_owned"],
            only_with_phone=asked["only_with_phone"],
            unit_price_shown=asked["unit_price"],
            form_key=asked["form_key"],
        )
        if search is not None:
            messages.success(request, STARTED)
            return redirect("leads:search", search_id=search.pk)
    return show_dashboard(request, form, status=422)


@require_safe
@buyer_required
def searches(request: BuyerRequest) -> HttpResponse:
    archived = request.GET.get("arquivadas") == "1"
    listed = list_searches(request.account.pk, archived=archived)
    page = Paginator(listed, SEARCHES_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "searches": page.object_list,
        "archived": archived,
        "is_live": any(not search.is_final for search in page.object_list),
    }
    template = "leads/searches/_list.html" if request.htmx else "leads/searches/list.html"
    return render(request, template, context)


@never_cache
@require_safe
@buyer_required
def search(request: BuyerRequest, search_id: int) -> HttpResponse:
    found = or_404(get_search, request.account.pk, search_id)
    page = Paginator(list_accesses(request.account.pk, search_id), LEADS_PER_PAGE).get_page(
        request.GET.get("page")
    )
    unit_price = get_price(Tariff.Action.LEAD).credits
    balance = get_balance(request.account.pk)
    context = {
        "search": found,
        "page": page,
        "leads": visible_leads(page.object_list),
        **_elsewhere(found),
        "repeat_form": PaidForm(initial={"unit_price": unit_price}),
        "repeat_cost": found.quantity * unit_price,
        "balance": balance,
        "balance_after_repeat": max(balance - found.quantity * unit_price, 0),
    }
    return render(request, "leads/searches/detail.html", context)


@never_cache
@require_safe
@buyer_required
def search_status(request: BuyerRequest, search_id: int) -> HttpResponse:
    """What the page asks again and again: the state, and the rows only if there are new ones (O22)."""
    found = or_404(get_search, request.account.pk, search_id)
    context = {"search": found, "is_update": True, **_elsewhere(found)}
    if found.is_final or str(found.delivered_count) != request.GET.get("mostradas"):
        accesses = list_accesses(request.account.pk, search_id)
        page = Paginator(accesses, LEADS_PER_PAGE).get_page(request.GET.get("page"))
        context |= {"page": page, "leads": visible_leads(page.object_list), "has_new_rows": True}
    return render(request, "leads/searches/_update.html", context)


def _elsewhere(search: "CountedSearch") -> dict[str, Any]:
    """Where to look instead of a search that ended without a company."""
    if not search.is_final or search.delivered_count:
        return {}
    return {
        "similar_niches": list_similar_niches(search.niche),
        "nearby_cities": list_nearby_cities(search.city),
    }


@require_POST
@buyer_required
def cancel_search(request: BuyerRequest, search_id: int) -> HttpResponse:
    or_404(services.cancel_search, account_id=request.account.pk, search_id=search_id)
    messages.info(request, "Busca cancelada. O que já chegou continua seu.")
    return redirect("leads:search", search_id=search_id)


@require_POST
@buyer_required
def archive_search(request: BuyerRequest, search_id: int) -> HttpResponse:
    try:
        or_404(services.archive_search, account_id=request.account.pk, search_id=search_id)
    except services.SearchStillOpen as error:
        messages.error(request, error.message)
        return redirect("leads:search", search_id=search_id)
    messages.success(request, "Busca arquivada. As empresas continuam em Minha base.")
    return redirect("leads:searches")


@require_POST
@buyer_required
@rate_limited("leads.start_search", key="account", rate=START_RATE, closed_when_down=True)
def repeat_search(request: BuyerRequest, search_id: int) -> HttpResponse:
    """Refused, it goes to the form with the same words, where they can be changed."""
    or_404(get_search, request.account.pk, search_id)
    form = PaidForm(request.POST)
    try:
        if not form.is_valid():
            raise FormKeyReused
        repeated = services.repeat_search(
            account_id=request.account.pk,
            user_id=request.user.pk,
            search_id=search_id,
            unit_price_shown=form.cleaned_data["unit_price"],
            form_key=form.cleaned_data["form_key"],
        )
    except NitroError as error:
        messages.error(request, error.message)
        return redirect(f"{reverse('leads:dashboard')}?{urlencode({'repetir': search_id})}")
    messages.success(request, STARTED)
    return redirect("leads:search", search_id=repeated.pk)
