"""Looking a CNPJ up, and keeping it as a taker (A20)."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.documents import format_cnpj
from core.errors import NitroError
from core.ratelimit import rate_limited
from nfse.access import FirmRequest, firm_member_required
from nfse.answers import or_404
from nfse.models import Taker
from nfse.permissions import Right
from nfse.selectors.registry import RegistryAnswer, read_registry
from nfse.selectors.takers import find_taker_by_document
from nfse.services import takers as services
from nfse.services.registry import ask_registry
from portal.forms.takers import LookupForm
from portal.views.registry_fill import LOOKUP_RATE_GROUP, RATE


@dataclass(frozen=True)
class Lookup:
    """What is known of a CNPJ (no answer: nobody asked yet), and the firm's taker that already has it."""

    cnpj: str
    answer: RegistryAnswer | None
    taker: Taker | None
    problem: str = ""


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@firm_member_required(Right.EDIT_TAKERS)
@rate_limited(LOOKUP_RATE_GROUP, key="account", rate=RATE, closed_when_down=False)
def cnpj_lookup(request: FirmRequest) -> HttpResponse:
    """The page. A POST asks the registry and leads to `?cnpj=`, which shows what is known and asks nobody."""
    if request.method == "POST":
        return _ask(request)
    form = LookupForm(request.GET if "cnpj" in request.GET else None)
    if not form.is_bound or not form.is_valid():
        return _show(request, form, None)
    cnpj = form.cleaned_data["cnpj"]
    filled = LookupForm(initial={"cnpj": format_cnpj(cnpj)})
    return _show(request, filled, _look(request, cnpj, read_registry(cnpj)))


@never_cache
@require_safe
@firm_member_required(Right.EDIT_TAKERS)
def cnpj_lookup_result(request: FirmRequest) -> HttpResponse:
    """What the page asks again and again: it reads and asks nobody."""
    form = LookupForm(request.GET)
    answer = read_registry(form.cleaned_data["cnpj"]) if form.is_valid() else None
    if answer is None:
        return redirect("nfse:cnpj_lookup")
    return render(request, "portal/lookup/_result.html", _context(_look(request, answer.cnpj, answer)))


@require_POST
@firm_member_required(Right.EDIT_TAKERS)
def add_looked_up_taker(request: FirmRequest) -> HttpResponse:
    """Keep what the registry said as a taker of the firm."""
    form = LookupForm(request.POST)
    if not form.is_valid():
        return _ask_again(request)
    cnpj = form.cleaned_data["cnpj"]
    try:
        taker = or_404(
            services.create_taker_from_registry,
            actor=request.actor,
            cnpj=cnpj,
            accept_status=request.POST.get("accept_status") == "on",
        )
    except services.NotLookedUp:
        return _ask_again(request)
    except services.TakerTaken:
        messages.info(request, "Este CNPJ já está entre os seus tomadores.")
        taken = find_taker_by_document(request.firm.pk, cnpj)
        return redirect("nfse:taker", taker_id=taken.pk)  # type: ignore[union-attr]
    except NitroError as error:
        seen = _look(request, cnpj, read_registry(cnpj), error.message)
        return _show(request, form, seen, status=422)
    messages.success(request, "Adicionado aos tomadores. Já aparece na lista e ao emitir notas.")
    return redirect("nfse:taker", taker_id=taker.pk)


def _ask_again(request: FirmRequest) -> HttpResponse:
    messages.error(request, services.NotLookedUp.message)
    return redirect("nfse:cnpj_lookup")


def _ask(request: FirmRequest) -> HttpResponse:
    form = LookupForm(request.POST)
    if not form.is_valid():
        return _show(request, form, None, status=422)
    return redirect(_address("nfse:cnpj_lookup", ask_registry(form.cleaned_data["cnpj"]).cnpj))


def _address(name: str, cnpj: str) -> str:
    return f"{reverse(name)}?{urlencode({'cnpj': cnpj})}"


def _look(request: FirmRequest, cnpj: str, answer: RegistryAnswer | None, problem: str = "") -> Lookup:
    return Lookup(cnpj, answer, find_taker_by_document(request.firm.pk, cnpj), problem)


def _context(lookup: Lookup) -> dict[str, Any]:
    return {
        "lookup": lookup,
        "answer": lookup.answer,
        "result_url": _address("nfse:cnpj_lookup_result", lookup.cnpj),
        "page_url": _address("nfse:cnpj_lookup", lookup.cnpj),
    }


def _show(request: FirmRequest, form: LookupForm, lookup: Lookup | None, status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {"form": form}
    if lookup is not None:
        context |= _context(lookup)
    return render(request, "portal/lookup/page.html", context, status=status)
