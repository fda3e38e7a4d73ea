"""The team: who is in, who is invited, in which role (A8). Only the owner."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from core.ratelimit import rate_limited
from nfse.access import FirmRequest, firm_member_required
from nfse.permissions import Right
from nfse.selectors.firms import list_members, list_open_invites
from nfse.services import invites
from nfse.services import team as services
from nfse.services.invite_letters import LetterTooSoon
from nfse.services.invites import AlreadyInvited, AlreadyMember
from nfse.services.team import LastOwner, NotARole, OwnRole
from portal.forms.firms import ROLE_CHOICES, InviteForm
from portal.views.downloads import firm_key
from portal.views.missing import or_404

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
    if form.is_valid():
        try:
            invite = or_404(
                invites.invite_member,
                firm_id=request.firm.pk,
                user_id=request.user.pk,
                **form.cleaned_data,
            )
        except (AlreadyMember, AlreadyInvited) as error:
            form.add_error("email", error.message)
        else:
            messages.success(request, f"Convite para {invite.email} a caminho. Ele vale por 7 dias.")
            return redirect("nfse:team")
    return _show(request, form)


@require_POST
@firm_member_required(Right.MANAGE_FIRM)
@rate_limited("nfse.invite", key=firm_key, rate=LETTERS_RATE, closed_when_down=False)
def resend_invite(request: FirmRequest, invite_id: int) -> HttpResponse:
    def resend() -> str:
        invite = or_404(
            invites.resend_invite,
            firm_id=request.firm.pk,
            user_id=request.user.pk,
            invite_id=invite_id,
        )
        return f"Enviamos o convite de novo para {invite.email}. Ele vale por mais 7 dias."

    return _answer(request, resend)


@require_POST
@firm_member_required(Right.MANAGE_FIRM)
def revoke_invite(request: FirmRequest, invite_id: int) -> HttpResponse:
    def revoke() -> str:
        or_404(
            invites.revoke_invite,
            firm_id=request.firm.pk,
            user_id=request.user.pk,
            invite_id=invite_id,
        )
        return "Convite retirado. O link do e-mail não vale mais."

    return _answer(request, revoke)


@require_POST
@firm_member_required(Right.MANAGE_FIRM)
def change_role(request: FirmRequest, member_id: int) -> HttpResponse:
    def change() -> str:
        member = or_404(
            services.change_role,
            firm_id=request.firm.pk,
            user_id=request.user.pk,
            member_id=member_id,
            role=request.POST.get("role", ""),
        )
        return f"{member.user.full_name} agora é {member.get_role_display().lower()}."

    return _answer(request, change)


@require_POST
@firm_member_required(Right.MANAGE_FIRM)
def deactivate_member(request: FirmRequest, member_id: int) -> HttpResponse:
    def deactivate() -> str:
        member = or_404(
            services.deactivate_member,
            firm_id=request.firm.pk,
            user_id=request.user.pk,
            member_id=member_id,
        )
        return f"{member.user.full_name} saiu da equipe. O que fez continua no histórico."

    return _answer(request, deactivate)


def _answer(request: FirmRequest, act: Callable[[], str]) -> HttpResponse:
    """Do it and go back to the team with what came of it: one message, good or bad."""
    try:
        done = act()
    except (OwnRole, LastOwner, NotARole, LetterTooSoon) as error:
        messages.error(request, error.message)
    else:
        messages.success(request, done)
    return redirect("nfse:team")


def _show(request: FirmRequest, form: InviteForm) -> HttpResponse:
    context = {
        "form": form,
        "members": list_members(request.firm.pk),
        "invites": list_open_invites(request.firm.pk),
        "roles": ROLE_CHOICES,
        "now": timezone.now(),
    }
    return render(request, "portal/team/page.html", context, status=422 if form.is_bound else 200)
