"""The chat tried out from a phone of the emulator, through the real webhook (W22)."""

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from core.errors import ProviderError
from core.forms import status_of
from nfse.access import FirmRequest, firm_member_required
from nfse.models import AuthorizedPhone
from nfse.permissions import Right
from whatsapp.forms.simulator import SimulatedMessageForm, SimulatorForm
from whatsapp.gateways import phones
from whatsapp.models import Channel
from whatsapp.selectors.simulator import choose_phone, list_simulated_channels
from whatsapp.selectors.transcripts import mark_lines

AWAY = "O emulador não respondeu. Ele sobe com `make run`."


def _emulated(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """In production, and where channels are real, the page does not exist."""

    @wraps(view)
    def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not phones.is_emulated():
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@require_safe
@_emulated
@firm_member_required(Right.EDIT_CHANNELS)
def simulator(request: FirmRequest) -> HttpResponse:
    return _show(request, SimulatedMessageForm())


@require_safe
@_emulated
@firm_member_required(Right.EDIT_CHANNELS)
def simulator_lines(request: FirmRequest) -> HttpResponse:
    """The lines on the phone alone, asked for while the page is open."""
    channel, phone = _chosen(request)
    if channel is None or phone is None:
        raise Http404
    context = _lines_of(channel, phone)
    if request.GET.get("visto") == context["marker"]:
        return HttpResponse(status=204)
    return render(request, "whatsapp/simulator/_lines.html", context)


@require_POST
@_emulated
@firm_member_required(Right.EDIT_CHANNELS)
def write(request: FirmRequest) -> HttpResponse:
    channel, phone = _chosen(request)
    if channel is None or phone is None:
        raise Http404
    form = SimulatedMessageForm(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        try:
            phones.write_as_phone(channel.instance_name, _digits(phone), said["text"], said["kind"])
        except ProviderError:
            form.add_error(None, AWAY)
        else:
            return redirect(_address(channel, phone))
    return _show(request, form)


@require_POST
@_emulated
@firm_member_required(Right.EDIT_CHANNELS)
def connect(request: FirmRequest) -> HttpResponse:
    """Scan the channel's QR with a phone of the emulator."""
    return _do(request, lambda channel, _phone: phones.scan_code(channel.instance_name), "Canal conectado.")


@require_POST
@_emulated
@firm_member_required(Right.EDIT_CHANNELS)
def clear(request: FirmRequest) -> HttpResponse:
    return _do(
        request,
        lambda channel, phone: phones.clear_phone(channel.instance_name, _digits(phone)),
        "Conversa apagada no telefone. O que o Nitro guardou continua em Conversas.",
    )


def _do(request: FirmRequest, deed: Callable[[Channel, AuthorizedPhone], None], done: str) -> HttpResponse:
    channel, phone = _chosen(request)
    if channel is None or phone is None:
        raise Http404
    try:
        deed(channel, phone)
    except ProviderError:
        messages.error(request, AWAY)
    else:
        messages.success(request, done)
    return redirect(_address(channel, phone))


def _show(request: FirmRequest, form: SimulatedMessageForm) -> HttpResponse:
    channel, phone = _chosen(request)
    chosen = {"canal": channel.pk if channel else None, "telefone": phone.pk if phone else None}
    context: dict[str, Any] = {
        "form": form,
        "choice": SimulatorForm(initial=chosen, firm_id=request.firm.pk),
        "channel": channel,
        "phone": phone,
        "is_connected": channel is not None and channel.state == Channel.State.CONNECTED,
    }
    if channel is not None and phone is not None:
        context |= _lines_of(channel, phone)
    return render(request, "whatsapp/simulator/page.html", context, status=status_of(form))


def _chosen(request: FirmRequest) -> tuple[Channel | None, AuthorizedPhone | None]:
    """The channel and phone of the address, or the first of each; another firm's are none."""
    asked = SimulatorForm(request.GET, firm_id=request.firm.pk)
    asked.is_valid()
    channel = asked.cleaned_data.get("canal")
    phone = asked.cleaned_data.get("telefone")
    if ("canal" in request.GET and channel is None) or ("telefone" in request.GET and phone is None):
        raise Http404
    return (
        channel or list_simulated_channels(request.firm.pk).first(),
        phone or choose_phone(request.firm.pk),
    )


def _lines_of(channel: Channel, phone: AuthorizedPhone) -> dict[str, Any]:
    lines: list[phones.PhoneLine] | None = None
    with suppress(ProviderError):
        lines = phones.read_phone(channel.instance_name, _digits(phone))
    return {
        "lines": lines or [],
        "marker": mark_lines(lines or []),
        "choice_query": _query(channel, phone),
        "is_away": lines is None,
    }


def _digits(phone: AuthorizedPhone) -> str:
    return phone.number.removeprefix("+")


def _address(channel: Channel, phone: AuthorizedPhone) -> str:
    return f"{reverse('whatsapp:simulator')}?{_query(channel, phone)}"


def _query(channel: Channel, phone: AuthorizedPhone) -> str:
    return urlencode({"canal": channel.pk, "telefone": phone.pk})
