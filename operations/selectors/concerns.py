"""What needs an operator now: the health of outcomes, not only of jobs (O14)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Count, Max, Min, QuerySet
from django.urls import reverse
from django.utils import timezone

from core.disks import list_disks
from core.formatting import format_date
from core.http.reports import Kind, Trouble
from credits.models import Order, PaymentRefund, Wallet
from inbox.models import Delivery
from leads.models import Search
from operations.kinds import LETTERS
from operations.models import MachineReport
from operations.selectors.firms import list_ending_certificates
from operations.selectors.machine import list_late_reports
from operations.selectors.notes import GROUPS, count_troubled_notes
from queue_worker.health import WORKER_SECONDS
from queue_worker.models import WorkItem
from queue_worker.queues import Queue
from queue_worker.selectors import find_oldest_due_seconds, list_live_workers, list_workers
from whatsapp.selectors.operators import (
    list_channels_down,
    list_ending_models,
    list_lost_answers,
    list_unreadable_webhooks,
)

LATE = timedelta(minutes=10)
SEARCHES_OF = timedelta(days=1)
ORDERS_OF = timedelta(days=7)
ORDERS_READ = 200
AT_ONCE = timedelta(0)
TROUBLES: dict[Kind, str] = {
    "circuit": "não responde",
    "account": "recusa a nossa conta, por falta de saldo ou chave errada",
}


@dataclass(frozen=True)
class Concern:
    """One line of "Precisa de você". `since` is the oldest of the `count`, `latest` the newest event of those
    that do not end by themselves (a dead job); None of what lasts (a provider that is away).

    `alert_after`: how long it may last before an e-mail goes out (O14); None: it is only shown. `cause` names
    it for the one e-mail per hour.
    """

    cause: str
    title: str
    count: int
    since: datetime | None
    url: str
    tone: str = "danger"
    alert_after: timedelta | None = None
    latest: datetime | None = None

    def is_alert(self, now: datetime) -> bool:
        """Whether operators are to be told by e-mail."""
        if self.alert_after is None:
            return False
        return self.since is None or now - self.since >= self.alert_after


def list_concerns(*, now: datetime | None = None) -> list[Concern]:
    """Return everything that needs an operator, most urgent kind first, in a constant number of queries."""
    now = now or timezone.now()
    return [concern for find in FINDERS for concern in find(now) if concern.count]


def _providers(_now: datetime) -> Iterator[Concern]:
    """Each provider is a cause of its own, as long as one living worker says so."""
    told: dict[str, Trouble] = {}
    for worker in list_live_workers(seconds=WORKER_SECONDS):
        for trouble in worker.troubles:
            known = told.get(trouble["name"])
            if known is None or trouble["since"] < known["since"]:
                told[trouble["name"]] = trouble
    for name, trouble in sorted(told.items()):
        yield Concern(
            f"provider:{name}",
            f"{name}: {TROUBLES[trouble['kind']]}",
            1,
            datetime.fromtimestamp(trouble["since"], UTC),
            reverse("operations:queue"),
            alert_after=AT_ONCE if trouble["kind"] == "account" else timedelta(minutes=5),
        )


def _notes(now: datetime) -> Iterator[Concern]:
    figures = count_troubled_notes(now)
    for name, group in GROUPS.items():
        found = figures[name]
        yield Concern(
            cause=f"notes:{name}",
            title=group.title,
            count=found.count,
            since=found.since,
            url=_with(reverse("operations:notes"), motivo=name),
            alert_after=group.alert_after,
            latest=found.latest if group.is_event else None,
        )


def _searches(now: datetime) -> Iterator[Concern]:
    stopped = Search.objects.filter(reason=Search.Reason.PROVIDER, finished_at__gte=now - SEARCHES_OF)
    title = "Buscas que um provedor interrompeu nas últimas 24 horas"
    url = _with(reverse("admin:leads_search_changelist"), reason__exact=Search.Reason.PROVIDER.value)
    yield _counted("searches:provider", title, stopped, "finished_at", url, alert_after=AT_ONCE)


def _work(now: datetime) -> Iterator[Concern]:
    dead = WorkItem.objects.filter(status=WorkItem.Status.DEAD)
    items = _with(reverse("operations:items"), estado="dead")
    others, letters = dead.exclude(kind__in=LETTERS), dead.filter(kind__in=LETTERS)
    for cause, title, rows in (
        ("work:dead", "Trabalhos que falharam de vez", others),
        ("letters:dead", "E-mails que não saíram", letters),
    ):
        yield _counted(cause, title, rows, "finished_at", items, alert_after=AT_ONCE)
    ages = [find_oldest_due_seconds(queue) or 0.0 for queue in Queue.values]
    late = [now - timedelta(seconds=age) for age in ages if age > LATE.total_seconds()]
    queue = reverse("operations:queue")
    title, since = "Filas atrasadas em mais de 10 minutos", min(late, default=None)
    yield Concern("work:late", title, len(late), since, queue, alert_after=AT_ONCE)


def _workers(_now: datetime) -> Iterator[Concern]:
    live = list(list_live_workers(seconds=WORKER_SECONDS))
    beats = [one for one in live if not one.queues]
    silent = [queue for queue in Queue.values if not any(queue in one.queues for one in live)]
    seen = list_workers().exclude(queues=[]).aggregate(seen=Max("seen_at"))["seen"]
    url = reverse("operations:queue")
    title = f"Filas sem processo que trabalhe: {', '.join(silent)}"
    yield Concern("workers:silent", title, len(silent), seen, url, alert_after=timedelta(minutes=1))
    seen = list_workers().filter(queues=[]).aggregate(seen=Max("seen_at"))["seen"]
    title = "Agenda (beat) sem sinal: nada periódico começa"
    yield Concern("workers:beat", title, 0 if beats else 1, seen, url, alert_after=timedelta(minutes=2))
    stuck = sum(len(worker.stuck) for worker in live)
    yield Concern("workers:stuck", "Execuções presas", stuck, None, url, alert_after=AT_ONCE)


def _deliveries(_now: datetime) -> Iterator[Concern]:
    failed = Delivery.objects.filter(state=Delivery.State.FAILED)
    url = _with(reverse("operations:deliveries"), estado="failed")
    title = "Webhooks que não conseguimos tratar"
    yield _counted("deliveries:failed", title, failed, "processed_at", url, alert_after=AT_ONCE)


def _wallets(_now: datetime) -> Iterator[Concern]:
    frozen = Wallet.objects.filter(frozen_at__isnull=False)
    url = _with(reverse("admin:credits_wallet_changelist"), frozen_at__isempty=0)
    title = "Carteiras paradas por diferença no extrato"
    yield _counted("wallets:frozen", title, frozen, "frozen_at", url)  # check_ledger has told by e-mail


def _payments(now: datetime) -> Iterator[Concern]:
    """Money that was taken and granted nothing, and money that an operator could not give back."""
    since = now - ORDERS_OF
    odd = Delivery.objects.filter(
        source="stripe", state=Delivery.State.REFUSED, result__has_key="wrong", processed_at__gte=since
    )
    title = "Pagamentos na Stripe que não combinam com o pedido nos últimos 7 dias"
    url = _with(reverse("operations:deliveries"), estado="refused", origem="stripe")
    yield _counted("payments:odd", title, odd, "processed_at", url, alert_after=AT_ONCE)
    refused = PaymentRefund.objects.filter(
        status=PaymentRefund.Status.FAILED, actor__isnull=False, created_at__gte=since
    )
    title = "Devoluções pedidas nos últimos 7 dias que a Stripe não fez"
    url = _with(reverse("admin:credits_paymentrefund_changelist"), status__exact="failed")
    yield _counted("payments:refunds", title, refused, "created_at", url, alert_after=AT_ONCE)


def _payment_methods(now: datetime) -> Iterator[Concern]:
    """What of STRIPE_PAYMENT_METHODS no payment page of the last days offered: the account may lack it."""
    pages = Order.objects.filter(created_at__gte=now - ORDERS_OF).exclude(session_id="")
    latest = list(pages.order_by("-pk").values_list("created_at", "methods")[:ORDERS_READ])
    offered = {method for _, methods in latest for method in methods}
    lacking = [method for method in settings.STRIPE_PAYMENT_METHODS if latest and method not in offered]
    labels = dict(Order.Method.choices)
    names = ", ".join(labels.get(method, method) for method in lacking)
    title = f"Formas de pagamento que a Stripe não ofereceu nos últimos 7 dias: {names}"
    since, url = latest[-1][0] if latest else None, reverse("admin:credits_order_changelist")
    yield Concern("payments:methods", title, len(lacking), since, url, tone="warning")


def _certificates(now: datetime) -> Iterator[Concern]:
    ending = list_ending_certificates(now=now)
    title = "Empresas em produção com certificado vencido ou que vence em 7 dias"
    url = reverse("operations:certificates")
    yield _counted("certificates:ending", title, ending, "valid_until", url, tone="warning")


def _chat(now: datetime) -> Iterator[Concern]:
    down, firms = list_channels_down(now), reverse("operations:firms")
    title = "Canais de WhatsApp fora do ar há mais de 5 minutos"
    yield _counted("chat:down", title, down, "down_since", firms, tone="warning")
    lost = list_lost_answers(now)
    title = "Respostas do chat que não chegaram a ninguém nas últimas 24 horas"
    yield _counted("chat:lost", title, lost, "ended_at", firms, tone="warning")
    ending = list(list_ending_models(now))
    names = ", ".join(f"{model.name} ({_tell_end(model.shutdown_on)})" for model in ending)
    title = f"Modelos da OpenAI em uso que não existem ou vão acabar: {names}"
    yield Concern("chat:models", title, len(ending), None, reverse("operations:machine"), alert_after=AT_ONCE)
    url = _with(reverse("operations:deliveries"), estado="refused", origem="whatsapp")
    title = "Webhooks do WhatsApp que não deu para ler nas últimas 24 horas"
    odd = list_unreadable_webhooks(now)
    yield _counted("chat:unreadable", title, odd, "received_at", url, tone="warning", alert_after=AT_ONCE)


def _tell_end(day: date | None) -> str:
    return f"até {format_date(day)}" if day else "não existe"


MACHINE_TITLES = {
    MachineReport.Subject.BACKUP: "Cópia de segurança que falhou ou não foi feita nas últimas 26 horas",
    MachineReport.Subject.RESTORE: "Teste de restauração que falhou ou não roda há mais de 8 dias",
    MachineReport.Subject.CERTIFICATE: "Certificado do site recusado, sem resposta ou que vence em 14 dias",
}


def _machine(now: datetime) -> Iterator[Concern]:
    url = reverse("operations:machine")
    for subject, report in list_late_reports(now).items():
        since = (report.succeeded_at or report.reported_at) if report is not None else None
        yield Concern(f"machine:{subject}", MACHINE_TITLES[subject], 1, since, url, alert_after=AT_ONCE)
    low = [disk for disk in list_disks() if disk.is_low]
    names = ", ".join(f"{disk.path} ({disk.free_percent:.0f}% livres)" for disk in low)
    title = f"Pouco espaço em disco: {names}"
    yield Concern("machine:disk", title, len(low), None, url, alert_after=AT_ONCE)


FINDERS: tuple[Callable[[datetime], Iterator[Concern]], ...] = (
    _providers,
    _notes,
    _searches,
    _workers,
    _work,
    _wallets,
    _machine,
    _deliveries,
    _chat,
    _certificates,
    _payments,
    _payment_methods,
)


def _counted(
    cause: str,
    title: str,
    rows: QuerySet,
    moment: str,
    url: str,
    *,
    tone: str = "danger",
    alert_after: timedelta | None = None,
) -> Concern:
    """A concern made of events: each is told once."""
    figures = rows.aggregate(count=Count("pk"), since=Min(moment), latest=Max(moment))
    return Concern(
        cause, title, figures["count"], figures["since"], url, tone, alert_after, figures["latest"]
    )


def _with(address: str, **query: object) -> str:
    return f"{address}?{urlencode(query)}"
