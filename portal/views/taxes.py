"""The tax profile of a company (N2, A18)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.kept_forms import keeps_typed, sent_values
from core.forms import status_of
from fiscal.enumerations import Gateway
from nfse.access import FirmRequest, firm_member_required
from nfse.answers import or_404, succeeds, who
from nfse.permissions import Right
from nfse.selectors.clashes import find_newest_change
from nfse.selectors.companies import find_tax_profile, get_company
from nfse.selectors.duties import duty_of
from nfse.services.profiles import save_tax_profile
from portal.forms.taxes import TaxForm, describe_profile

SAVED = "Perfil fiscal salvo. As próximas notas já saem com ele."


@keeps_typed()
@require_http_methods(["GET", "HEAD", "POST"])
@firm_member_required(Right.EDIT_COMPANIES)
def tax_profile(request: FirmRequest, company_id: int) -> HttpResponse:
    version = find_newest_change(request.firm.pk, "tax_profile", company_id=company_id)
    company = or_404(get_company, request.firm.pk, company_id)
    profile = find_tax_profile(request.firm.pk, company.pk)
    sent = sent_values(request)
    form = TaxForm(sent, company=company, initial=describe_profile(profile), version=version)
    if form.is_valid() and succeeds(
        form, save_tax_profile, **who(request), company_id=company.pk, data=form.read(), seen=form.seen
    ):
        messages.success(request, SAVED)
        return redirect(tax_tab(company.pk))
    context = {"form": form, "company": company, "profile": profile}
    if company.gateway == Gateway.NATIONAL and (duty := duty_of(company)):
        context["ibs_cbs_required_from"] = duty.refused_from
    return render(request, "portal/taxes/profile.html", context, status=status_of(form))


def tax_tab(company_id: int) -> str:
    """The address of the company's page where its taxes and services are."""
    return f"{reverse('nfse:company', args=[company_id])}?aba=fiscal"
