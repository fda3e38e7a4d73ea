"""Suggestions while typing, for all pages of a firm: at most 20, `{"results": [{"id", "label"}]}`."""

from collections.abc import Callable

from django.http import JsonResponse
from django.views.decorators.http import require_safe

from core.ratelimit import rate_limited
from nfse.access import FirmRequest, firm_member_required
from nfse.permissions import Right
from nfse.selectors import code_tables
from nfse.services.profiles import suggest_incidence
from registry.selectors import cities

LONGEST_TEXT = 160
RATE = "240/m"


@require_safe
@firm_member_required(Right.SEE_COMPANIES)
@rate_limited("nfse.suggestions", key="account", rate=RATE, method="GET", closed_when_down=False)
def search_cities(request: FirmRequest) -> JsonResponse:
    found = cities.search_cities(typed_text(request))
    return JsonResponse({"results": [{"id": city.ibge_code, "label": city.label} for city in found]})


@require_safe
@firm_member_required(Right.SEE_COMPANIES)
@rate_limited("nfse.suggestions", key="account", rate=RATE, method="GET", closed_when_down=False)
def search_service_codes(request: FirmRequest) -> JsonResponse:
    """Each code comes with where its ISS is due, for the form of a service."""
    found = code_tables.search_services(typed_text(request))
    return JsonResponse({"results": [_describe(code) for code in found]})


@require_safe
@firm_member_required(Right.SEE_COMPANIES)
@rate_limited("nfse.suggestions", key="account", rate=RATE, method="GET", closed_when_down=False)
def search_nbs(request: FirmRequest) -> JsonResponse:
    return _answer(request, code_tables.search_nbs)


@require_safe
@firm_member_required(Right.SEE_COMPANIES)
@rate_limited("nfse.suggestions", key="account", rate=RATE, method="GET", closed_when_down=False)
def search_cnaes(request: FirmRequest) -> JsonResponse:
    return _answer(request, code_tables.search_cnaes)


def typed_text(request: FirmRequest) -> str:
    """What was typed so far, no longer than any name."""
    return request.GET.get("q", "")[:LONGEST_TEXT].replace("\x00", "")


def _describe(code: code_tables.Code) -> dict[str, str]:
    return {
        "id": code.code,
        "label": code.label,
        "incidence": suggest_incidence(code.code) or "",
        "note": code_tables.describe_incidence(code.code),
    }


def _answer(request: FirmRequest, search: Callable[[str], list[code_tables.Code]]) -> JsonResponse:
    found = search(typed_text(request))
    return JsonResponse({"results": [{"id": code.code, "label": code.label} for code in found]})
