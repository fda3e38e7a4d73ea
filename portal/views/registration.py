"""Registration of a firm (A7): by somebody who is signed in, or together with the owner's user."""

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.views.sign_up import SIGNED_UP_EMAIL, SIGNED_UP_NEXT, SIGNED_UP_USER
from core.documents import InvalidCnpj, normalize_cnpj
from core.errors import NitroError
from core.forms import status_of, succeeds
from core.ratelimit import rate_limited
from nfse.models import Firm
from nfse.services import firms as services
from portal.forms.firms import FirmForm, NewOwnerForm
from registry.models import CnpjRecord
from registry.selectors.lookups import find_cnpj_record
from registry.services.lookups import request_cnpj
from registry.values import RegistryRecord

REGISTERED = "Contabilidade cadastrada. Bom trabalho!"
WAITS_FOR = timedelta(minutes=2)
NAMES = ("legal_name", "trade_name")


@login_not_required
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@rate_limited("nfse.register", key="ip", rate="20/h", closed_when_down=False)
def register(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return _register_own(request, request.user)
    form = NewOwnerForm(request.POST or None)
    if form.is_valid():
        try:
            firm = _register_with_owner(form)
        except NitroError as error:
            form.refuse(error)
        else:
            owner = firm.account.memberships.get() if firm else None
            request.session[SIGNED_UP_USER] = owner.user_id if owner else None
            request.session[SIGNED_UP_EMAIL] = form.cleaned_data["email"]
            request.session[SIGNED_UP_NEXT] = reverse("nfse:start")
            return redirect("nfse:registered")
    return _show(request, form)


@login_not_required
@never_cache
@require_safe
def registered(request: HttpRequest) -> HttpResponse:
    """Say the same whether the owner's address was new or taken."""
    context = {"email": request.session.get(SIGNED_UP_EMAIL, "")}
    return render(request, "portal/registration/done.html", context)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@rate_limited("nfse.registration_lookup", key="account", rate="20/10m", closed_when_down=True)
def registration_lookup(request: HttpRequest) -> HttpResponse:
    """What the registry says of the typed CNPJ: a POST asks, then the fragment reads until it is there."""
    values = request.POST if request.method == "POST" else request.GET
    try:
        cnpj = normalize_cnpj(values.get("document", ""))
    except InvalidCnpj:
        return render(request, "portal/registration/_lookup.html", {"cnpj": ""})
    found = request_cnpj(cnpj=cnpj) if request.method == "POST" else find_cnpj_record(cnpj)
    record = found.record if found else None
    names = fill_names(record, values)
    is_pending = found is not None and found.state == CnpjRecord.State.PENDING and not _is_late(found)
    context = {
        "cnpj": cnpj,
        "lookup": found,
        "record": record,
        "is_pending": is_pending,
        "is_filling": not is_pending and names != {name: values.get(name, "") for name in NAMES},
        "form": FirmForm(initial=names),
        "filled": {name: value for name, value in names.items() if value != _typed(name, values)},
    }
    return render(request, "portal/registration/_lookup.html", context)


def fill_names(record: RegistryRecord | None, values: QueryDict) -> dict[str, str]:
    """The names of the form: what the person typed, else what the registry says."""
    found = {"legal_name": record.legal_name, "trade_name": record.trade_name} if record else {}
    return {name: _typed(name, values) or found.get(name, "") for name in NAMES}


def _typed(name: str, values: QueryDict) -> str:
    """What a person wrote: not what the registry of another CNPJ put there a moment ago."""
    value = values.get(name, "")
    return "" if value == values.get(f"filled_{name}") else value


def _register_own(request: HttpRequest, user: User) -> HttpResponse:
    if request.membership:  # type: ignore[attr-defined]
        return redirect("nfse:dashboard")
    form = FirmForm(request.POST or None)
    if form.is_valid() and succeeds(form, services.register_firm, user_id=user.pk, **form.cleaned_data):
        messages.success(request, REGISTERED)
        return redirect("nfse:start")
    return _show(request, form)


def _register_with_owner(form: NewOwnerForm) -> Firm | None:
    data = form.cleaned_data
    owner = services.NewOwner(
        email=data["email"],
        full_name=data["full_name"],
        terms_accepted_at=timezone.now(),
        password=data["password"],
    )
    return services.register_firm_or_tell_owner(
        owner=owner,
        document=data["document"],
        legal_name=data["legal_name"],
        trade_name=data["trade_name"],
    )


def _show(request: HttpRequest, form: FirmForm) -> HttpResponse:
    return render(request, "portal/registration/page.html", {"form": form}, status=status_of(form))


def _is_late(found: CnpjRecord) -> bool:
    """The page does not wait for ever: by hand it works too."""
    return found.asked_at is not None and timezone.now() - found.asked_at > WAITS_FOR
