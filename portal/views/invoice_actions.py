"""What a person does with a request or a note: cancel, retry, withdraw, send, settle (A22, A23)."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from core.forms import status_of
from core.ratelimit import rate_limited
from nfse.access import FirmRequest, firm_member_required
from nfse.answers import or_404, press, succeeds
from nfse.models import InvoiceRequest
from nfse.permissions import Right
from nfse.selectors.invoices import get_request
from nfse.selectors.note_actions import list_actions
from nfse.selectors.notes import get_note
from nfse.services.issuing import confirming, conflicts
from nfse.services.notes import canceling, mailing
from portal.forms.issuing import CancelForm, EmailForm
from portal.views.downloads import firm_key
from portal.views.note_page import make_cancel_form

CANCEL_ASKED = "Cancelamento pedido. A resposta aparece aqui sozinha."
ANALYSIS_ASKED = "Análise fiscal pedida. A resposta da prefeitura aparece aqui."
RETRIED = "A nota vai ser enviada de novo, com o mesmo número."
WITHDRAWN = "Pedido retirado. Nada foi emitido."
EMAIL_ASKED = "E-mail a caminho de {address}."
CLOSED = "Pedido encerrado. Nada foi emitido por ele."
REISSUED = "O pedido anterior foi encerrado, e este saiu com um número novo."
LETTERS_PER_FIRM = "60/h"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@firm_member_required(Right.ISSUE)
def cancel_invoice(request: FirmRequest, request_id: int) -> HttpResponse:
    found = or_404(get_request, request.firm.pk, request_id)
    invoice = or_404(get_note, request.firm.pk, request_id)
    form = CancelForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and succeeds(
        form, canceling.cancel_invoice, actor=request.actor, invoice_id=invoice.pk, **form.cleaned_data
    ):
        messages.success(request, ANALYSIS_ASKED if form.cleaned_data["by_analysis"] else CANCEL_ASKED)
        return redirect("nfse:invoice", request_id=request_id)
    actions = list_actions(found, invoice, can_issue=True)
    if not form.is_bound and not (actions.cancel or actions.analysis):
        messages.error(request, actions.refusal or canceling.CannotCancel.message)
        return redirect("nfse:invoice", request_id=request_id)
    shown = form if form.is_bound else make_cancel_form(invoice, by_analysis=actions.analysis)
    context = {"requested": found, "invoice": invoice, "actions": actions, "cancel_form": shown}
    return render(request, "portal/invoice/cancel.html", context, status=status_of(form))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@firm_member_required(Right.SEE_INVOICES)
@rate_limited("nfse.email_invoice", key=firm_key, rate=LETTERS_PER_FIRM, closed_when_down=True)
def email_invoice(request: FirmRequest, request_id: int) -> HttpResponse:
    found = or_404(get_request, request.firm.pk, request_id)
    invoice = or_404(get_note, request.firm.pk, request_id)
    form = EmailForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and succeeds(
        form, mailing.email_invoice, actor=request.actor, request_id=request_id, **form.cleaned_data
    ):
        messages.success(request, EMAIL_ASKED.format(address=form.cleaned_data["to"]))
        return redirect("nfse:invoice", request_id=request_id)
    to = found.taker.email if found.taker else ""
    shown = form if form.is_bound else EmailForm(initial={"to": to})
    context = {"requested": found, "invoice": invoice, "email_form": shown}
    return render(request, "portal/invoice/email.html", context, status=status_of(form))


@require_POST
@firm_member_required(Right.ISSUE)
def retry_request(request: FirmRequest, request_id: int) -> HttpResponse:
    return _act(request, request_id, confirming.retry_request, RETRIED)


@require_POST
@firm_member_required(Right.ISSUE)
def withdraw_request(request: FirmRequest, request_id: int) -> HttpResponse:
    return _act(request, request_id, confirming.withdraw_request, WITHDRAWN)


@require_POST
@firm_member_required(Right.ISSUE)
def settle_taken(request: FirmRequest, request_id: int) -> HttpResponse:
    """The number belongs to another program's note: give up, or go out again under a new number."""
    if request.POST.get("escolha") == "emitir":
        return _act(request, request_id, conflicts.reissue_taken, REISSUED)
    return _act(request, request_id, conflicts.close_taken, CLOSED)


def _act(
    request: FirmRequest, request_id: int, service: Callable[..., InvoiceRequest], done: str
) -> HttpResponse:
    """Call a service and go to the page of the request that comes back; a refusal is told on its own."""
    changed = press(request, service, done, actor=request.actor, request_id=request_id)
    return redirect("nfse:invoice", request_id=changed.pk if changed else request_id)
