"""Firms, companies and notes as operators see them: read-only, masked, each look recorded (O1, O10)."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.core.exceptions import ObjectDoesNotExist
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.decorators import operator_required
from nfse.selectors.companies import CompanyFilters, list_companies, read_readiness
from operations.forms.firms import FirmFilterForm, NoteFilterForm
from operations.models import Viewing
from operations.selectors import firms as selectors
from operations.selectors.notes import get_note, list_answers, list_history, list_troubled_notes
from operations.services.viewing import record_viewing

Found = TypeVar("Found")
Subject = Viewing.Subject
ROWS_PER_PAGE = 50


@require_safe
@operator_required
def firms(request: HttpRequest) -> HttpResponse:
    form = FirmFilterForm(request.GET)
    text = form.chosen()
    page = Paginator(selectors.list_firms(text=text), ROWS_PER_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "is_filtered": bool(text)}
    return render(request, "operations/firms.html", context)


@require_safe
@operator_required
def firm(request: HttpRequest, firm_id: int) -> HttpResponse:
    found = _get(selectors.get_firm, firm_id)
    companies = list_companies(found.pk, CompanyFilters(), now=timezone.now())
    context = {
        "firm": found,
        "page": Paginator(companies, ROWS_PER_PAGE).get_page(request.GET.get("page")),
        "people": selectors.list_people(found.pk),
        **_record(request, Subject.FIRM, found.pk),
    }
    return render(request, "operations/firm.html", context)


@require_safe
@operator_required
def company(request: HttpRequest, company_id: int) -> HttpResponse:
    found = _get(selectors.get_company, company_id)
    readiness = read_readiness(found, now=timezone.now())
    context = {"company": found, "readiness": readiness, **_record(request, Subject.COMPANY, found.pk)}
    return render(request, "operations/company.html", context)


@require_safe
@operator_required
def notes(request: HttpRequest) -> HttpResponse:
    form = NoteFilterForm(request.GET)
    group = form.chosen()
    listed = list_troubled_notes(now=timezone.now(), group=group)
    page = Paginator(listed, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "operations/notes.html", {"form": form, "page": page, "is_filtered": bool(group)})


@require_safe
@operator_required
def note(request: HttpRequest, request_id: int) -> HttpResponse:
    found = _get(get_note, request_id)
    context = {
        "note": found,
        "history": list_history(found.pk),
        "answers": list_answers(found.pk),
        **_record(request, Subject.REQUEST, found.pk),
    }
    return render(request, "operations/note.html", context)


@require_safe
@operator_required
def certificates(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    listed = selectors.list_ending_certificates(now=now).order_by("valid_until", "pk")
    page = Paginator(listed, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "operations/certificates.html", {"page": page, "now": now})


@require_safe
@operator_required
def open_page(request: HttpRequest) -> HttpResponse:
    """Lead an operator who opened a page of a firm to what it is about, here."""
    try:
        parameters = resolve(request.GET.get("pagina", "")).kwargs
    except Resolver404:
        parameters = {}
    ids = {name: value for name, value in parameters.items() if isinstance(value, int)}
    subject = selectors.find_subject(ids)
    return redirect(subject[0], subject[1]) if subject else redirect("operations:firms")


def _get(find: Callable[[int], Found], found_id: int) -> Found:
    try:
        return find(found_id)
    except ObjectDoesNotExist as error:
        raise Http404 from error


def _record(request: HttpRequest, subject: Viewing.Subject, subject_id: int) -> dict[str, Any]:
    """Record this look; return the earlier ones for the page."""
    viewings = list(selectors.list_viewings(subject=subject, subject_id=subject_id))
    record_viewing(actor_id=int(request.user.pk or 0), subject=subject, subject_id=subject_id)
    return {"viewings": viewings}
