"""Asking for a package. Asked twice, there is one that is being made (N18)."""

import json
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from core.crypto import blind_index
from core.database import violates
from core.errors import NitroError
from fiscal.documents.clock import competence_today
from nfse.models import Company, Package
from nfse.permissions import NotFound, Right, require_right
from nfse.selectors.closings import list_month_requests
from nfse.selectors.invoices import RequestFilters
from nfse.services.exports.tables import Extension
from queue_worker.services import enqueue

MAKE_PACKAGE = "nfse.make_package"
KEPT_FOR = timedelta(days=30)
Kind = Package.Kind


class FutureMonth(NitroError):
    """A month that has not begun."""

    message = "Este mês ainda não começou. Escolha o mês atual ou um anterior."


class EmptyMonth(NitroError):
    """No request of the month in production."""

    message = "Não há notas nem pedidos em produção nesta competência. Não há o que fechar."


def request_closing(
    *, firm_id: int, user_id: int, month: date, company_id: int | None = None, now: datetime | None = None
) -> Package:
    """Ask for the closing of a competence month, of one company or of all, and return its package.

    A package of the same month and companies that is still being made is returned instead of a second.

    Raises:
        NotFound, NotAllowed: the company is not the firm's; the role may not close.
        FutureMonth, EmptyMonth.
    """
    require_right(user_id=user_id, firm_id=firm_id, right=Right.ISSUE)
    month = month.replace(day=1)
    if month > competence_today(now or timezone.now()):
        raise FutureMonth
    if company_id is not None and not Company.objects.filter(firm_id=firm_id, pk=company_id).exists():
        raise NotFound
    if not list_month_requests(firm_id, month, company_id).exists():
        raise EmptyMonth
    return _ask_once(
        Package(
            firm_id=firm_id,
            kind=Kind.CLOSING,
            company_id=company_id,
            month=month,
            scope_key=closing_scope(month, company_id),
            extension="zip",
            requested_by_id=user_id,
        )
    )


def request_export(*, firm_id: int, user_id: int, filters: RequestFilters, extension: Extension) -> Package:
    """Ask for a list of notes as a file that work makes, and return its package (X4). Twice is once.

    Raises NotFound, NotAllowed.
    """
    require_right(user_id=user_id, firm_id=firm_id, right=Right.SEE_INVOICES)
    plain = json.dumps(asdict(filters), cls=DjangoJSONEncoder, sort_keys=True)
    return _ask_once(
        Package(
            firm_id=firm_id,
            kind=Kind.INVOICES,
            filters=json.loads(plain),
            scope_key=blind_index(f"{extension} {plain}", "nfse.package.filters"),
            extension=extension,
            requested_by_id=user_id,
        )
    )


def read_filters(stored: dict[str, Any]) -> RequestFilters:
    """Return the filter that `request_export` stored."""
    days = {"since", "until", "issued_since", "issued_until"}
    values: dict[str, Any] = {
        name: date.fromisoformat(value) if name in days and value else value for name, value in stored.items()
    }
    return RequestFilters(**values)


def closing_scope(month: date, company_id: int | None) -> str:
    """Return the key of what a closing is about: closings of one key are compared."""
    return f"{month:%Y-%m}:{company_id or 'all'}"


def enqueue_making(package: Package) -> None:
    """Put the making in the queue, inside the caller's transaction; one at a time per firm."""
    enqueue(
        kind=MAKE_PACKAGE,
        payload={"package_id": package.pk},
        dedupe_key=f"package:{package.pk}",
        concurrency_key=f"firm:{package.firm_id}",
        priority=150,
    )


def _ask_once(package: Package) -> Package:
    with transaction.atomic(durable=True):
        if open_one := _find_open(package):
            return open_one
        try:
            with transaction.atomic():
                package.save(force_insert=True)
        except IntegrityError as error:
            if not violates(error, "nfse_package_one_open"):
                raise
            # somebody asked in this moment, and it may be made already
            return _list_same(package).latest("pk")
        enqueue_making(package)
    return package


def _find_open(package: Package) -> Package | None:
    return _list_same(package).filter(state__in=Package.OPEN).first()


def _list_same(package: Package) -> QuerySet[Package]:
    return Package.objects.filter(firm_id=package.firm_id, kind=package.kind, scope_key=package.scope_key)
