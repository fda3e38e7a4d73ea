"""Suggestions while typing (L5): at most 20, `{"results": [{"id", "label"}]}`.

A niche with a typo brings the one that was meant, with the question as its `hint`.
"""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from accounts.decorators import buyer_required
from core.ratelimit import rate_limited
from leads.selectors import catalog
from registry.selectors import cities

LONGEST_TEXT = 80
RATE = "240/m"


@require_safe
@buyer_required
@rate_limited("leads.suggestions", key="account", rate=RATE, method="GET", closed_when_down=False)
def search_niches(request: HttpRequest) -> JsonResponse:
    text = _text(request)
    results = [{"id": niche.pk, "label": niche.name} for niche in catalog.search_niches(text)]
    if not results and (meant := catalog.suggest_niche(text)):
        results = [{"id": meant.pk, "label": meant.name, "hint": f"Você quis dizer {meant.name}?"}]
    return JsonResponse({"results": results})


@require_safe
@buyer_required
@rate_limited("leads.suggestions", key="account", rate=RATE, method="GET", closed_when_down=False)
def search_cities(request: HttpRequest) -> JsonResponse:
    found = cities.search_cities(_text(request))
    return JsonResponse({"results": [{"id": city.ibge_code, "label": city.label} for city in found]})


def _text(request: HttpRequest) -> str:
    return request.GET.get("q", "")[:LONGEST_TEXT]
