"""What came of finished work for the person who waited for it: a job may be done and its note refused."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Model, Q
from django.db.models.fields.json import KeyTransform

from inbox.models import Delivery
from leads.models import Search
from nfse.models import InvoiceRequest
from nfse.states import State
from queue_worker.models import WorkItem

NOTES: Mapping[str, str] = {
    State.REJECTED: "Nota recusada",
    State.FAILED: "Nota falhou",
    State.IN_DOUBT: "Nota em dúvida",
}
SEARCHES: Mapping[str, str] = {Search.Status.FAILED: "Busca falhou"}
DELIVERIES: Mapping[str, str] = {
    Delivery.State.REFUSED: "Webhook recusado",
    Delivery.State.FAILED: "Webhook falhou",
}
JUDGED = frozenset({"nfse.send_request", "nfse.ask_request", "leads.run_search"})
"""Kinds whose work is the outcome itself. An e-mail about a refused note went out all the same."""


@dataclass(frozen=True)
class Verdict:
    """How a work item is shown: text and tone of its badge."""

    text: str
    tone: str


NAMED = ("request_id", "search_id", "delivery_id")


def judge_items(items: Iterable[WorkItem]) -> dict[int, Verdict]:
    """Return, by item, what is shown instead of "Concluído" where the business outcome was bad.

    At most four queries, whatever the number of items; of their payloads only the ids are read.
    """
    done = [item.pk for item in items if item.status == WorkItem.Status.DONE]
    judged = Q(kind__in=JUDGED) | Q(payload__has_key="delivery_id")
    rows = list(
        WorkItem.objects.filter(judged, pk__in=done).values_list(
            "pk", *(KeyTransform(name, "payload") for name in NAMED)
        )
    )
    requests, searches, deliveries = ({row[place] for row in rows} - {None} for place in (1, 2, 3))
    bad = (
        _states(InvoiceRequest, "state", NOTES, requests),
        _states(Search, "status", SEARCHES, searches),
        _states(Delivery, "state", DELIVERIES, deliveries),
    )
    found = {row[0]: [texts.get(named) for texts, named in zip(bad, row[1:], strict=True)] for row in rows}
    return {pk: Verdict(text, "danger") for pk, texts in found.items() for text in texts if text}


def _states(model: type[Model], field: str, bad: Mapping[str, str], ids: set[int]) -> dict[int, str]:
    rows = model._default_manager.filter(pk__in=ids, **{f"{field}__in": list(bad)})
    return {pk: bad[state] for pk, state in rows.values_list("pk", field)}
