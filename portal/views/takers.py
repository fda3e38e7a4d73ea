"""Takers of the firm: list, one, new, change, merge, file (A19, N9, R101)."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.kept_forms import keeps_typed, sent_values
from core.addresses import own_path
from core.forms import status_of
from core.ratelimit import rate_limited
from nfse.access import FirmRequest, firm_member_required
from nfse.answers import attempt, or_404, succeeds
from nfse.models import Taker
from nfse.permissions import Right
from nfse.selectors.clashes import find_newest_change
from nfse.selectors.invoices import RequestFilters, list_request_ids, load_requests
from nfse.selectors.registry import read_registry
from nfse.selectors.takers import (
    find_open_taker,
    find_taker_by_document,
    find_taker_by_text,
    get_taker,
    label_taker,
    list_company_totals,
    list_same_root,
    list_takers,
    sum_notes,
)
from nfse.selectors.takers import search_takers as find_takers
from nfse.services import takers as services
from nfse.services.exports.takers import describe_takers
from portal.forms.takers import MergeForm, TakerFilterForm, TakerForm, describe_taker
from portal.views.catalog import RATE, typed_text
from portal.views.downloads import download_table, export_limited

PER_PAGE = 20
LATEST_NOTES = 10
MOST_SUGGESTED = 10


@require_safe
@firm_member_required(Right.EDIT_TAKERS)
def takers(request: FirmRequest) -> HttpResponse:
    form = TakerFilterForm(request.GET, firm_id=request.firm.pk)
    chosen = form.chosen()
    page = Paginator(list_takers(request.firm.pk, **chosen), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "is_filtered": any(chosen.values()),
        "company": form.find_unlisted_company(),
        "page": page,
        "takers": page.object_list,
    }
    return render(request, "portal/takers/list.html", context)


@require_safe
@firm_member_required(Right.EDIT_TAKERS)
@export_limited
def export_takers(request: FirmRequest, extension: str) -> HttpResponseBase:
    """The file has the rows of the filter in the address, as the page shows them."""
    form = TakerFilterForm(request.GET, firm_id=request.firm.pk)
    found = list_takers(request.firm.pk, **form.chosen())
    return download_table(request, Right.EDIT_TAKERS, extension, describe_takers(found, form.in_words()))


@require_safe
@firm_member_required(Right.EDIT_TAKERS)
@rate_limited("nfse.suggestions", key="account", rate=RATE, method="GET", closed_when_down=False)
def search_takers(request: FirmRequest) -> JsonResponse:
    found = find_takers(request.firm.pk, typed_text(request))
    return JsonResponse({"results": [{"id": taker.pk, "label": label_taker(taker)} for taker in found]})


@require_safe
@firm_member_required(Right.EDIT_TAKERS)
def taker(request: FirmRequest, taker_id: int) -> HttpResponse:
    found = or_404(get_taker, request.firm.pk, taker_id)
    if found.merged_into_id is not None:
        return redirect("nfse:taker", taker_id=found.merged_into_id)
    totals = list_company_totals(request.firm.pk, found.pk)
    latest = list_request_ids(request.firm.pk, RequestFilters(taker_id=found.pk))[:LATEST_NOTES]
    note_count, note_total = sum_notes(totals)
    context = {
        "taker": found,
        "totals": totals,
        "note_count": note_count,
        "note_total": note_total,
        "answer": read_registry(found.cnpj) if found.cnpj else None,
        "requests": load_requests(request.firm.pk, latest),
        "similar": list_same_root(request.firm.pk, found)[:MOST_SUGGESTED],
    }
    return render(request, "portal/takers/detail.html", context)


@keeps_typed()
@require_http_methods(["GET", "HEAD", "POST"])
@firm_member_required(Right.EDIT_TAKERS)
def new_taker(request: FirmRequest) -> HttpResponse:
    form = TakerForm(sent_values(request))
    if form.is_valid():
        created = attempt(
            form,
            services.create_taker,
            actor=request.actor,
            document=form.cleaned_data["document"],
            data=form.read(),
            accept_status=form.cleaned_data["accept_status"],
        )
        if created is not None:
            messages.success(request, "Tomador cadastrado. Já aparece ao emitir notas.")
            return HttpResponseRedirect(_page_after(request, created))
    return _show_form(request, form, None)


@keeps_typed()
@require_http_methods(["GET", "HEAD", "POST"])
@firm_member_required(Right.EDIT_TAKERS)
def edit_taker(request: FirmRequest, taker_id: int) -> HttpResponse:
    version = find_newest_change(request.firm.pk, "taker", subject_id=taker_id)
    found = or_404(get_taker, request.firm.pk, taker_id)
    if found.merged_into_id is not None:
        return redirect("nfse:edit_taker", taker_id=found.merged_into_id)
    sent = sent_values(request)
    form = TakerForm(sent, is_new=False, initial=describe_taker(found), version=version)
    if form.is_valid() and succeeds(
        form, services.update_taker, actor=request.actor, taker_id=found.pk, data=form.read(), seen=form.seen
    ):
        messages.success(request, "Tomador salvo. Notas já confirmadas não mudam.")
        return redirect("nfse:taker", taker_id=found.pk)
    return _show_form(request, form, found)


@require_http_methods(["GET", "HEAD", "POST"])
@firm_member_required(Right.EDIT_TAKERS)
def merge_takers(request: FirmRequest, taker_id: int) -> HttpResponse:
    """Choose the other one (`?outro=` its id, `?taker=` its text), look at both, and make them one (POST)."""
    kept = or_404(get_taker, request.firm.pk, taker_id)
    if kept.merged_into_id is not None:
        return redirect("nfse:taker", taker_id=kept.merged_into_id)
    is_sent = request.method == "POST"
    asked = request.POST if is_sent else request.GET
    form = MergeForm(asked if is_sent or asked else None)
    merged = _find_other(request.firm.pk, form)
    if merged is not None and not succeeds(form, services.check_merge, kept, merged):
        merged = None
    if is_sent and merged is not None:
        pair = {"kept_id": kept.pk, "merged_id": merged.pk}
        if succeeds(form, services.merge_takers, actor=request.actor, **pair):
            done = f"“{merged.name}” agora é “{kept.name}”. As notas dos dois contam juntas."
            messages.success(request, done)
            return redirect("nfse:taker", taker_id=kept.pk)
        merged = None
    return _show_merge(request, form, kept, merged)


def _find_other(firm_id: int, form: MergeForm) -> Taker | None:
    """The taker that the form names; when it names none, the form says so."""
    if not form.is_bound or not form.is_valid():
        return None
    number, text = form.cleaned_data["outro"], form.cleaned_data["taker"]
    found = find_open_taker(firm_id, number) if number else find_taker_by_text(firm_id, text)
    if found is None:
        form.add_error("taker", "Escolha o outro cadastro na lista.")
    return found


def _show_merge(request: FirmRequest, form: MergeForm, kept: Taker, merged: Taker | None) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "taker": kept,
        "merged": merged,
        "similar": list_same_root(request.firm.pk, kept)[:MOST_SUGGESTED],
    }
    if merged is not None:
        own, other = (list_company_totals(request.firm.pk, side.pk) for side in (kept, merged))
        context |= {
            "fields": services.compare_takers(kept, merged),
            "counts": (sum_notes(own), sum_notes(other)),
            "joined": sum_notes([*own, *other]),
        }
    status = 422 if request.method == "POST" else 200
    return render(request, "portal/takers/merge.html", context, status=status)


def _page_after(request: FirmRequest, created: Taker) -> str:
    """The page that sent the person here, with the new taker chosen; else the taker's own."""
    address = _page_before(request)
    if not address:
        return reverse("nfse:taker", args=[created.pk])
    separator = "&" if "?" in address else "?"
    return f"{address}{separator}tomador={created.pk}"


def _page_before(request: FirmRequest) -> str:
    """The page of ours that waits for a new taker, or ""."""
    return own_path(request, request.GET.get("next", ""))


def _show_form(request: FirmRequest, form: TakerForm, found: Taker | None) -> HttpResponse:
    """The form of a new or stored taker, with the one that has the document already."""
    same = find_taker_by_document(request.firm.pk, form.taken_document) if form.taken_document else None
    own = reverse("nfse:taker", args=[found.pk]) if found else reverse("nfse:takers")
    context = {"form": form, "taker": found, "same": same, "back_url": _page_before(request) or own}
    return render(request, "portal/takers/form.html", context, status=status_of(form))
