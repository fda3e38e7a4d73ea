"""Notes that need an operator, in any firm (O10)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Max, Min, Q, QuerySet

from fiscal.enumerations import WhoFixes
from nfse.models import GatewayExchange, InvoiceRequest, RequestEvent
from nfse.states import OPEN, State

LATE = timedelta(minutes=10)
RECENT = timedelta(days=7)
AT_ONCE = timedelta(0)
OURS = (WhoFixes.SYSTEM, WhoFixes.OPERATORS, WhoFixes.OPERATORS_AND_FIRM)
GATEWAY = InvoiceRequest.Attention.GATEWAY


@dataclass(frozen=True)
class Group:
    """One reason to look at notes. `is_event`: it happened once and does not end by itself."""

    title: str
    alert_after: timedelta | None
    is_event: bool = False


GROUPS = {
    "doubt": Group("Notas em dúvida", timedelta(hours=2)),
    "credentials": Group("Notas paradas: o emissor recusa as nossas credenciais", AT_ONCE),
    "waiting": Group("Notas que esperam o emissor há mais de 10 minutos", LATE),
    "ours": Group("Notas recusadas por falha nossa nos últimos 7 dias", AT_ONCE, is_event=True),
    "failed": Group("Notas que falharam nos últimos 7 dias", None, is_event=True),
}


@dataclass(frozen=True)
class Figures:
    """How many notes of a group there are, and when the oldest and the newest came into it."""

    count: int
    since: datetime | None
    latest: datetime | None


def count_troubled_notes(now: datetime) -> dict[str, Figures]:
    """Return the figures of every group, in one query over the unsettled requests."""
    unsettled = Q(state__in=[*OPEN, State.CANCELING]) | _recent(now)
    groups = {name: _filter(name, now) for name in GROUPS}
    figures = InvoiceRequest.objects.filter(unsettled).aggregate(
        **{f"{name}_count": Count("pk", filter=chosen) for name, chosen in groups.items()},
        **{f"{name}_since": Min("state_changed_at", filter=chosen) for name, chosen in groups.items()},
        **{f"{name}_latest": Max("state_changed_at", filter=chosen) for name, chosen in groups.items()},
    )
    return {
        name: Figures(figures[f"{name}_count"], figures[f"{name}_since"], figures[f"{name}_latest"])
        for name in GROUPS
    }


def list_troubled_notes(*, now: datetime, group: str = "") -> QuerySet[InvoiceRequest]:
    """Return the notes of one group, or of all, oldest trouble first, without what is heavy or personal."""
    chosen = Q()
    for name in [group] if group in GROUPS else GROUPS:
        chosen |= _filter(name, now)
    requests = InvoiceRequest.objects.filter(chosen).select_related("firm", "company")
    return requests.defer("payload_text", "snapshot_data").order_by("state_changed_at", "pk")


def get_note(request_id: int) -> InvoiceRequest:
    """Return one request of any firm. Raises InvoiceRequest.DoesNotExist."""
    requests = InvoiceRequest.objects.select_related("firm", "company")
    return requests.defer("payload_text", "snapshot_data").get(pk=request_id)


def list_history(request_id: int) -> QuerySet[RequestEvent]:
    """Return what happened to a request, oldest first."""
    return RequestEvent.objects.filter(request_id=request_id).order_by("pk")


def list_answers(request_id: int) -> QuerySet[GatewayExchange]:
    """Return what the gateway answered about a request, newest first."""
    return GatewayExchange.objects.filter(request_id=request_id).order_by("-pk")[:20]


def _filter(group: str, now: datetime) -> Q:
    if group == "doubt":
        return Q(state=State.IN_DOUBT)
    if group == "credentials":
        return Q(attention=GATEWAY, state__in=[*OPEN, State.CANCELING])
    if group == "waiting":
        late = Q(state_changed_at__lt=now - LATE, attention="")
        return late & Q(state__in=[State.QUEUED, State.SENDING])
    if group == "failed":
        return _recent(now) & Q(state=State.FAILED)
    ours = Q()
    for who in OURS:
        ours |= Q(problems__contains=[{"who_fixes": who.value}])
    return _recent(now) & Q(state=State.REJECTED) & ours


def _recent(now: datetime) -> Q:
    return Q(state__in=[State.REJECTED, State.FAILED], state_changed_at__gte=now - RECENT)
