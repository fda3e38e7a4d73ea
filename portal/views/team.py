"""The team: who is in, who is invited, in which role (A8). Only the owner."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from core.forms import status_of
from core.ratelimit import rate_limited
from nfse.access import FirmRequest, firm_member_required
from nfse.answers import attempt, press, who
from nfse.permissions import Right
from nfse.selectors.firms import list_members, list_open_invites
from nfse.services import invites
from nfse.services import team as services
from portal.forms.firms import ROLE_CHOICES, InviteForm
from portal.views.downloads import firm_key

LETTERS_RATE = "30/h"


@require_safe
@firm_member_required(Right.MANAGE_FIRM)
def team(request: FirmRequest) -> HttpResponse:
    return _show(request, InviteForm(initial={"email": request.GET.get("convidar", "")[:254]}))


@require_POST
@firm_member_required(Right.MANAGE_FIRM)
@rate_limited("nfse.invite", key=firm_key, rate=LETTERS_RATE, closed_when_down=False)
def invite_member(request: FirmRequest) -> HttpResponse:
    form = InviteForm(request.POST)
    if form.is_valid() and (
        invite := attempt(form, invites.invite_member, **who(request), **form.cleaned_data)
    ):
        messages.success(request, f"Convite para {invite.email} a caminho. Ele vale por 7 dias.")
        return redirect("nfse:team")
    return _show(request, form)


@require_POST
@firm_member_required(Right.MANAGE_FIRM)
@rate_limited("nfse.invite", key=firm_key, rate=LETTERS_RATE, closed_when_down=False)
def resend_invite(request: FirmRequest, invite_id: int) -> HttpResponse:
    press(
        request,
        invites.resend_invite,
        lambda invite: f"Enviamos o convite de novo para {invite.email}. Ele vale por mais 7 dias.",
        **who(request),
        invite_id=invite_id,
    )
    return redirect("nfse:team")


@require_POST
@firm_member_required(Right.MANAGE_FIRM)
def revoke_invite(request: FirmRequest, invite_id: int) -> HttpResponse:
    done = "Convite retirado. O link do e-mail não vale mais."
    press(request, invites.revoke_invite, done, **who(request), invite_id=invite_id)
    return redirect("nfse:team")


@require_POST
@firm_member_required(Right.MANAGE_FIRM)
def change_role(request: FirmRequest, member_id: int) -> HttpResponse:
    press(
        request,
        services.change_role,
        lambda member: f"{member.user.full_name} agora é {member.get_role_display().lower()}.",
        **who(request),
        member_id=member_id,
        role=request.POST.get("role", ""),
    )
    return redirect("nfse:team")


@require_POST
@firm_member_required(Right.MANAGE_FIRM)
def deactivate_member(request: FirmRequest, member_id: int) -> HttpResponse:
    press(
        request,
        services.deactivate_member,
        lambda member: f"{member.user.full_name} saiu da equipe. O que fez continua no histórico.",
        **who(request),
        member_id=member_id,
    )
    return redirect("nfse:team")


def _show(request: FirmRequest, form: InviteForm) -> HttpResponse:
    context = {
        "form": form,
        "members": list_members(request.firm.pk),
        "invites": list_open_invites(request.firm.pk),
        "roles": ROLE_CHOICES,
        "now": timezone.now(),
    }
    return render(request, "portal/team/page.html", context, status=status_of(form))
