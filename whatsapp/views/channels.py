"""A firm's channels: list, new, the page with the QR, and what its people want of one (W1, A26)."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.forms import status_of
from core.ratelimit import rate_limited
from nfse.access import FirmRequest, firm_member_required
from nfse.answers import attempt, or_404, press
from nfse.permissions import Right
from whatsapp.forms.channels import ChannelForm
from whatsapp.models import Channel
from whatsapp.selectors.channels import get_channel, list_channels, list_events
from whatsapp.services import channels as services

EVENTS_SHOWN = 20
MOVING = frozenset({Channel.State.CONNECTING, Channel.State.QR_READY})
ORDERS_PER_PERSON = "60/h"


@never_cache
@require_safe
@firm_member_required(Right.SEE_CHANNELS)
def channels(request: FirmRequest) -> HttpResponse:
    return render(request, "whatsapp/channels/list.html", {"channels": list_channels(request.firm.pk)})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@firm_member_required(Right.EDIT_CHANNELS)
def new_channel(request: FirmRequest) -> HttpResponse:
    form = ChannelForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        name = form.cleaned_data["name"]
        if channel := attempt(form, services.create_channel, actor=request.actor, name=name):
            return redirect("whatsapp:channel", channel.pk)
    return render(request, "whatsapp/channels/form.html", {"form": form}, status=status_of(form))


@never_cache
@require_safe
@firm_member_required(Right.SEE_CHANNELS)
def channel(request: FirmRequest, channel_id: int) -> HttpResponse:
    found = or_404(get_channel, request.firm.pk, channel_id)
    return render(request, "whatsapp/channels/page.html", _describe(request, found))


@never_cache
@require_safe
@firm_member_required(Right.SEE_CHANNELS)
def channel_state(request: FirmRequest, channel_id: int) -> HttpResponse:
    """The QR and how the channel stands, while it moves."""
    found = or_404(get_channel, request.firm.pk, channel_id)
    return render(request, "whatsapp/channels/_state.html", _describe(request, found))


@require_POST
@firm_member_required(Right.EDIT_CHANNELS)
@rate_limited("whatsapp.order_channel", key="account", rate=ORDERS_PER_PERSON, closed_when_down=False)
def connect_channel(request: FirmRequest, channel_id: int) -> HttpResponse:
    return _order(request, channel_id, services.connect_channel, "O QR aparece aqui em instantes.")


@require_POST
@firm_member_required(Right.EDIT_CHANNELS)
@rate_limited("whatsapp.order_channel", key="account", rate=ORDERS_PER_PERSON, closed_when_down=False)
def restart_channel(request: FirmRequest, channel_id: int) -> HttpResponse:
    return _order(request, channel_id, services.restart_channel, "Reiniciando. A conexão volta sozinha.")


@require_POST
@firm_member_required(Right.EDIT_CHANNELS)
def disconnect_channel(request: FirmRequest, channel_id: int) -> HttpResponse:
    done = "Desconectado. O que espera para ser enviado sai quando o canal voltar."
    return _order(request, channel_id, services.disconnect_channel, done)


@require_POST
@firm_member_required(Right.EDIT_CHANNELS)
def delete_channel(request: FirmRequest, channel_id: int) -> HttpResponse:
    press(
        request,
        services.delete_channel,
        "Canal excluído. As conversas continuam guardadas.",
        actor=request.actor,
        channel_id=channel_id,
    )
    return redirect("whatsapp:channels")


def _order(request: FirmRequest, channel_id: int, service: Callable[..., Channel], done: str) -> HttpResponse:
    press(request, service, done, actor=request.actor, channel_id=channel_id)
    return redirect("whatsapp:channel", channel_id)


def _describe(request: FirmRequest, found: Channel) -> dict[str, Any]:
    """What the page and its fragment show. The QR is for who may connect: whoever scans it owns the link."""
    may_edit = Right.EDIT_CHANNELS in request.rights
    is_qr_alive = bool(found.qr and found.qr_expires_at and found.qr_expires_at > timezone.now())
    return {
        "channel": found,
        "may_edit": may_edit,
        "qr": found.qr if may_edit and is_qr_alive else "",
        "is_moving": found.state in MOVING,
        "events": list_events(found, EVENTS_SHOWN),
    }
