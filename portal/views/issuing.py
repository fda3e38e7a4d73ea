"""Issue by hand, and replace a note: form, mirror, yes (A23, N15, N17)."""

import uuid
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.kept_forms import keeps_typed, kept_values, leave_out, with_key
from accounts.services import keep_form
from core.errors import FormKeyReused, NitroError
from core.ratelimit import rate_limited
from fiscal.documents.clock import competence_today
from fiscal.documents.mirror import mirror_lines
from nfse.access import FirmRequest, firm_member_required
from nfse.answers import or_404
from nfse.models import Invoice
from nfse.permissions import Right
from nfse.selectors.invoices import get_invoice, get_request
from nfse.selectors.note_actions import explain_no_replacement
from nfse.selectors.takers import find_open_taker
from nfse.services.issuing.building import NotIssuable
from nfse.services.issuing.confirming import MirrorChanged, confirm_request
from nfse.services.issuing.copying import copy_note
from nfse.services.issuing.preparing import Mirror, prepare_request
from portal.forms.issuing import IssueForm, initial_of, taker_values
from portal.views.issuing_mirror import compare_lines, show_mirror

MIRRORS_PER_PERSON = "240/m"
YESES_PER_PERSON = "60/m"
CONFIRMED = "Nota confirmada e guardada. O resultado aparece aqui sozinho; pode sair desta página."
FOLLOWED = {
    "campo-empresa": "company",
    "campo-servico": "service",
    "campo-retencoes-escolha": "retentions",
}
"""What other fields depend on, by the element that htmx names."""


def page_of_note(request: HttpRequest) -> str:
    """The page of the form that was sent; of one that replaces a note, by way of which leads there."""
    if request.POST.get("guided"):
        company_id = _read_number(request.POST.get("company", ""))
        return reverse("nfse:start") + (f"?{urlencode({'empresa': company_id})}" if company_id else "")
    replaced = _read_number(request.POST.get("substitutes", ""))
    return reverse("nfse:issue") + (f"?{urlencode({'substituir': replaced})}" if replaced else "")


@never_cache
@require_safe
@firm_member_required(Right.ISSUE)
def issue(request: FirmRequest) -> HttpResponse:
    if replaced_id := _number(request, "substituir"):
        replaced = or_404(get_invoice, request.firm.pk, replaced_id)
        address = reverse("nfse:substitute", args=[replaced.request_id])
        return redirect(f"{address}?{request.GET.urlencode()}")
    form = IssueForm(firm_id=request.firm.pk, initial=_first_values(request))
    return _show_filled(request, form, starts_empty="copiar" not in request.GET)


@never_cache
@require_safe
@firm_member_required(Right.ISSUE)
def substitute(request: FirmRequest, request_id: int) -> HttpResponse:
    old = or_404(get_request, request.firm.pk, request_id)
    if refusal := explain_no_replacement(old):
        messages.error(request, refusal)
        return redirect("nfse:invoice", request_id=request_id)
    kept = copy_note(old, competence_date=old.competence_date)
    values = initial_of(request.firm.pk, kept) | {"substitutes": old.invoice.pk}
    values |= kept_note(request, reverse("nfse:issue")) | new_taker(request)
    replaced = get_invoice(request.firm.pk, old.invoice.pk)
    form = IssueForm(firm_id=request.firm.pk, initial=values, replaced=replaced)
    return _show_filled(request, form, starts_empty=True)


@require_POST
@firm_member_required(Right.ISSUE)
@rate_limited("nfse.mirror", key="account", rate=MIRRORS_PER_PERSON, closed_when_down=False)
def restore_draft(request: FirmRequest) -> HttpResponse:
    """The form with what the browser kept of it, and its mirror; nothing is refused yet."""
    values = {name: request.POST[name] for name in IssueForm.base_fields if name in request.POST}
    values.pop("form_key", None)
    replaced = _read_replaced(request)
    form = IssueForm(firm_id=request.firm.pk, initial=values, replaced=replaced)
    context = filled_context(request, form) | {"is_restored": True}
    return render(request, "portal/issuing/_form.html", context)


restore_draft.form_page = page_of_note  # type: ignore[attr-defined]


@keeps_typed(page_of_note)
@require_POST
@firm_member_required(Right.ISSUE)
@rate_limited("nfse.mirror", key="account", rate=MIRRORS_PER_PERSON, closed_when_down=False)
def mirror(request: FirmRequest) -> HttpResponse:
    """The form as typed so far, and what would be issued; asked while typing, and before the yes."""
    form = _read(request)
    if "cadastrar" in request.POST:
        return _go_and_register_taker(request, form)
    is_valid = form.is_valid()
    seen = _prepare(request, form) if is_valid else None
    if request.htmx:
        return _show_fragment(request, form, seen)
    return _show(request, form, seen, status=200 if seen is not None and seen.can_confirm else 422)


@keeps_typed(page_of_note)
@require_POST
@firm_member_required(Right.ISSUE)
@rate_limited("nfse.confirm", key="account", rate=YESES_PER_PERSON, closed_when_down=False)
def confirm(request: FirmRequest) -> HttpResponse:
    form = _read(request)
    if not form.is_valid():
        return _show(request, form, status=422)
    mirror_hash = request.POST.get("mirror_hash", "")
    try:
        confirmed = or_404(
            confirm_request,
            actor=request.actor,
            note=form.note(),
            mirror_hash=mirror_hash,
            form_key=yes_key(form.cleaned_data["form_key"], mirror_hash),
        )
    except MirrorChanged as error:
        return _show(request, form, _prepare(request, form), sentence=error.message, status=422)
    except NotIssuable as error:
        blocked = Mirror((), "", tuple(error.problems), (), None, None)
        return _show(request, form, blocked, status=422)
    except FormKeyReused as error:
        form.renew_key()
        leave_out(request, "form_key")
        return _show(request, form, _prepare(request, form), sentence=error.message, status=422)
    except NitroError as error:
        return _show(request, form, _prepare(request, form), sentence=error.message, status=422)
    messages.success(request, CONFIRMED)
    return redirect("nfse:invoice", request_id=confirmed.pk)


def yes_key(page_key: uuid.UUID, mirror_hash: str) -> uuid.UUID:
    """The key of one yes: the same page and mirror give the same request, however often it is sent.

    Another mirror on the same page (somebody came back and changed the amount) is another yes.
    """
    return uuid.uuid5(page_key, mirror_hash)


# --- Parts -------------------------------------------------------------------------------------------
def _read(request: FirmRequest) -> IssueForm:
    """The form as sent. What should replace a note never becomes one beside it."""
    replaced = _read_replaced(request)
    follows = bool(request.htmx) and FOLLOWED.get(request.htmx.trigger or "") == "company"
    return IssueForm(request.POST, firm_id=request.firm.pk, replaced=replaced, follows_company=follows)


def _read_replaced(request: FirmRequest) -> Invoice | None:
    if not request.POST.get("substitutes"):
        return None
    replaced_id = _read_number(request.POST["substitutes"])
    return or_404(get_invoice, request.firm.pk, replaced_id or 0)


def _prepare(request: FirmRequest, form: IssueForm) -> Mirror:
    return or_404(
        prepare_request,
        actor=request.actor,
        note=form.note(),
    )


def _show(
    request: FirmRequest,
    form: IssueForm,
    seen: Mirror | None = None,
    *,
    sentence: str = "",
    status: int = 200,
) -> HttpResponse:
    context = _context(form, seen) | {"sentence": sentence, "is_checked": seen is not None}
    return render(request, "portal/issuing/page.html", context, status=status)


def _show_filled(request: FirmRequest, form: IssueForm, *, starts_empty: bool) -> HttpResponse:
    """The page before anything was sent. The browser's draft comes back where nothing else was asked for."""
    is_kept, has_taker = bool(kept_note(request, reverse("nfse:issue"))), "tomador" in request.GET
    context = filled_context(request, form) | {
        "takes_draft": starts_empty and not (is_kept or has_taker),
        "is_restored": is_kept and not has_taker,
    }
    return render(request, "portal/issuing/page.html", context)


def filled_context(request: FirmRequest, form: IssueForm) -> dict[str, Any]:
    """A form that is complete as it arrives shows its mirror at once; one that is not shows no errors yet."""
    sent = IssueForm(form.as_sent(), firm_id=form.firm_id, replaced=form.replaced)
    seen = _prepare(request, sent) if sent.is_valid() else None
    if seen is None:
        return _context(form, None) | {"is_checked": False}
    return _context(sent, seen) | {"form": form, "is_checked": True}


def _show_fragment(request: FirmRequest, form: IssueForm, seen: Mirror | None) -> HttpResponse:
    """The mirror, and beside it the fields that follow the company or the service that was chosen."""
    follows = FOLLOWED.get(request.htmx.trigger or "", "")
    context = _context(form, seen) | {"follows": follows, "is_live": True}
    return render(request, "portal/issuing/_live.html", context)


def _context(form: IssueForm, seen: Mirror | None) -> dict[str, Any]:
    context: dict[str, Any] = {"form": form, "replaced": form.replaced, "mirror": show_mirror(form, seen)}
    if form.replaced is not None and seen is not None:
        context["compared"] = compare_lines(mirror_lines(form.replaced.request.snapshot), seen.lines)
    return context


def _first_values(request: FirmRequest) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if copied_id := _number(request, "copiar"):
        earlier = or_404(get_request, request.firm.pk, copied_id)
        copied = copy_note(earlier, competence_date=competence_today(timezone.now()))
        values = initial_of(request.firm.pk, copied)
    if company_id := _number(request, "empresa"):
        values["company"] = company_id
    return values | kept_note(request, reverse("nfse:issue")) | new_taker(request)


def new_taker(request: FirmRequest) -> dict[str, Any]:
    """The taker that a person just registered, or started from."""
    taker_id = _number(request, "tomador")
    taker = find_open_taker(request.firm.pk, taker_id) if taker_id else None
    return taker_values(taker) if taker else {}


def kept_note(request: FirmRequest, page: str) -> dict[str, str]:
    """What was kept of the form of a page when the session ended, or while its taker was registered.

    A box that was not ticked stays so.
    """
    kept = kept_values(request, page)
    note = {name: str(kept.get(name, "")) for name in IssueForm.base_fields} if kept else {}
    return {name: value for name, value in note.items() if value or name != "form_key"}


def _go_and_register_taker(request: FirmRequest, form: IssueForm) -> HttpResponse:
    """What was typed waits, whatever becomes of the session; the new taker comes back chosen."""
    page = page_of_note(request) if form.is_guided else reverse("nfse:issue")
    key = keep_form(user_id=request.user.pk, page=urlsplit(page).path, typed=list(form.kept().items()))
    if form.replaced is not None:
        page = reverse("nfse:substitute", args=[form.replaced.request_id])
    return redirect(f"{reverse('nfse:new_taker')}?{urlencode({'next': with_key(page, key)})}")


def _number(request: FirmRequest, name: str) -> int | None:
    return _read_number(request.GET.get(name, ""))


def _read_number(typed: str) -> int | None:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 19 else None
