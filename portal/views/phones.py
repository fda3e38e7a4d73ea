"""Authorised phones of a company: new, change, main, off, on; a number as it will be stored (A16)."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.kept_forms import keeps_typed, sent_values
from core.forms import status_of
from core.ratelimit import rate_limited
from nfse.access import FirmRequest, firm_member_required
from nfse.answers import attempt, or_404, succeeds
from nfse.models import AuthorizedPhone, Company
from nfse.permissions import Right
from nfse.selectors.clashes import find_newest_change
from nfse.selectors.companies import get_company
from nfse.selectors.phones import get_phone
from nfse.services import phones as services
from portal.forms.phones import PhoneForm, describe_phone

PREVIEWS_PER_PERSON = "240/m"


@keeps_typed()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@firm_member_required(Right.EDIT_TAKERS)
def new_phone(request: FirmRequest, company_id: int) -> HttpResponse:
    company = or_404(get_company, request.firm.pk, company_id)
    form = PhoneForm(sent_values(request))
    if form.is_valid():
        data = form.read()
        if phone := attempt(form, services.add_phone, actor=request.actor, company_id=company.pk, data=data):
            messages.success(request, f"Telefone de {phone.name} cadastrado.")
            return redirect(phones_tab(company.pk))
    return _show(request, form, company)


@keeps_typed()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@firm_member_required(Right.EDIT_TAKERS)
def edit_phone(request: FirmRequest, phone_id: int) -> HttpResponse:
    version = find_newest_change(request.firm.pk, "phone", subject_id=phone_id)
    phone = or_404(get_phone, request.firm.pk, phone_id)
    sent = sent_values(request)
    form = PhoneForm(sent, initial=describe_phone(phone), is_active=phone.is_active, version=version)
    if form.is_valid() and succeeds(
        form, services.update_phone, actor=request.actor, phone_id=phone.pk, data=form.read(), seen=form.seen
    ):
        messages.success(request, "Telefone salvo. O que mudou vale a partir da próxima mensagem.")
        return redirect(phones_tab(phone.company_id))
    return _show(request, form, phone.company, phone)


@require_POST
@firm_member_required(Right.EDIT_TAKERS)
@rate_limited("nfse.phone_preview", key="account", rate=PREVIEWS_PER_PERSON, closed_when_down=False)
def phone_preview(request: FirmRequest) -> HttpResponse:
    """The typed number as it will be stored, while it is typed. By POST: no number stands in an address."""
    typed = request.POST.get("number", "").strip()
    context: dict[str, object] = {"typed": typed}
    try:
        context["phone"] = services.read_number(typed)
    except services.InvalidWhatsApp as error:
        context["problem"] = error.message
    return render(request, "portal/phones/_preview.html", context)


@require_POST
@firm_member_required(Right.EDIT_TAKERS)
def set_main_phone(request: FirmRequest, phone_id: int) -> HttpResponse:
    return _act(request, phone_id, services.set_main_phone, "{name} é agora o telefone principal.")


@require_POST
@firm_member_required(Right.EDIT_TAKERS)
def deactivate_phone(request: FirmRequest, phone_id: int) -> HttpResponse:
    done = "Telefone de {name} desativado: não pede mais nada a partir de agora."
    return _act(request, phone_id, services.deactivate_phone, done)


@require_POST
@firm_member_required(Right.EDIT_TAKERS)
def activate_phone(request: FirmRequest, phone_id: int) -> HttpResponse:
    return _act(request, phone_id, services.activate_phone, "Telefone de {name} ativo de novo.")


def phones_tab(company_id: int) -> str:
    """The address of the phones on the page of a company."""
    return f"{reverse('nfse:company', args=[company_id])}?aba=telefones"


def _act(
    request: FirmRequest, phone_id: int, service: Callable[..., AuthorizedPhone], done: str
) -> HttpResponse:
    phone = or_404(service, actor=request.actor, phone_id=phone_id)
    messages.success(request, done.format(name=phone.name))
    return redirect(phones_tab(phone.company_id))


def _show(
    request: FirmRequest, form: PhoneForm, company: Company, phone: AuthorizedPhone | None = None
) -> HttpResponse:
    context = {"form": form, "company": company, "phone": phone, "back_url": phones_tab(company.pk)}
    return render(request, "portal/phones/form.html", context, status=status_of(form))
