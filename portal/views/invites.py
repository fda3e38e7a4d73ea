"""The invited person's side of an invitation (A8).

As with the links of accounts, the token goes into the session and out of the address, and nothing is
accepted by opening a link: a button does it.
"""

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.selectors import find_user_by_email
from accounts.services import EmailTaken
from accounts.views.sessions import open_session
from core.errors import NitroError
from core.ratelimit import rate_limited
from nfse.models import Firm, Invite
from nfse.services.firms import AlreadyInFirm, NewOwner
from nfse.services.invite_letters import is_invite_token
from nfse.services.invites import InviteInvalid, accept_invite, join_by_invite, read_invite
from portal.forms.firms import JoinForm

INVITE_TOKEN = "invite_token"  # noqa: S105


@login_not_required
@never_cache
@require_safe
def invite(request: HttpRequest, token: str) -> HttpResponse:
    request.session.pop(INVITE_TOKEN, None)
    if is_invite_token(token):  # any other writes no session
        request.session[INVITE_TOKEN] = token
    return redirect("nfse:accept_invite")


@login_not_required
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@rate_limited("nfse.accept_invite", key="ip", rate="30/h", closed_when_down=False)
def accept(request: HttpRequest) -> HttpResponse:
    token = request.session.get(INVITE_TOKEN, "")
    if request.method == "POST" and "leave" in request.POST:
        return _leave(request, token)
    if request.method == "POST" and request.user.is_authenticated:
        return _accept_own(request, request.user, token)
    try:
        found = read_invite(token=token)
    except InviteInvalid as error:
        return _show_problem(request, error)
    if request.user.is_authenticated:
        return _show(request, found)
    if find_user_by_email(found.email) is not None:
        return _show(request, found)
    return _join(request, found, token)


def _accept_own(request: HttpRequest, user: User, token: str) -> HttpResponse:
    try:
        membership = accept_invite(token=token, user_id=user.pk)
    except (InviteInvalid, AlreadyInFirm) as error:
        return _show_problem(request, error)
    return _enter(request, membership.account.firm)


def _join(request: HttpRequest, found: Invite, token: str) -> HttpResponse:
    """Sign up and enter, in one form."""
    form = JoinForm(request.POST or None, email=found.email)
    if form.is_valid():
        data = form.cleaned_data
        person = NewOwner(
            email=found.email,
            full_name=data["full_name"],
            terms_accepted_at=timezone.now(),
            password=data["password"],
        )
        try:
            user = join_by_invite(token=token, person=person)
        except EmailTaken:  # meanwhile, in another tab
            return redirect("nfse:accept_invite")
        except InviteInvalid as error:
            return _show_problem(request, error)
        open_session(request, user)
        return _enter(request, found.firm)
    return _show(request, found, form)


def _enter(request: HttpRequest, firm: Firm) -> HttpResponse:
    request.session.pop(INVITE_TOKEN, None)
    messages.success(request, f"Você entrou na equipe de {firm.display_name}. Bom trabalho!")
    return redirect("nfse:dashboard")


def _leave(request: HttpRequest, token: str) -> HttpResponse:
    """Sign out and come back to the invitation as nobody."""
    logout(request)
    request.session[INVITE_TOKEN] = token
    return redirect("nfse:accept_invite")


def _show(request: HttpRequest, found: Invite, form: JoinForm | None = None) -> HttpResponse:
    user = request.user
    context = {
        "invite": found,
        "form": form,
        "is_for_another": user.is_authenticated and user.email != found.email,
        "other_firm": _find_other_firm(request, found),
    }
    status = 422 if form is not None and form.is_bound else 200
    return render(request, "portal/invites/page.html", context, status=status)


def _find_other_firm(request: HttpRequest, found: Invite) -> Firm | None:
    membership = request.membership  # type: ignore[attr-defined]
    return membership.account.firm if membership and membership.account_id != found.firm.account_id else None


def _show_problem(request: HttpRequest, error: NitroError) -> HttpResponse:
    return render(request, "portal/invites/page.html", {"problem": error}, status=422)
