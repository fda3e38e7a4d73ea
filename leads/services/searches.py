"""What a buyer does with searches: start, cancel, repeat, hide (L6, L12, L13)."""

import uuid
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Account, Membership, User
from core.errors import FormKeyReused, NitroError
from core.money import format_number
from core.text import visible
from credits.errors import AccountBlocked
from credits.models import Tariff
from credits.selectors import get_balance, get_price
from credits.values import Price
from leads.models import Niche, Search
from leads.selectors.searches import (
    SearchNotFound,
    count_open_searches,
    list_searches_without_work,
    work_key,
)
from leads.services.niches import MAX_LENGTH, MIN_LENGTH, InvalidNicheText, resolve_niche
from leads.services.running import finish_search
from queue_worker.services import enqueue
from registry.models import City

InvalidNiche = InvalidNicheText

RUN_SEARCH = "leads.run_search"
LOST_AFTER = timedelta(minutes=1)

log = structlog.get_logger(__name__)


class EmailNotConfirmed(NitroError):
    """A1: without a confirmed e-mail one may look around, not search."""

    message = "Confirme seu e-mail para fazer buscas. Enviamos o link quando você criou a conta."


class UnknownCity(NitroError):
    """The city is not one of the list (R42)."""

    message = "Escolha a cidade na lista: comece a digitar e selecione “Cidade - UF”."


class InvalidQuantity(NitroError):
    """Fewer than one company asked, or more than one search may bring."""

    def __init__(self, maximum: int) -> None:
        self.maximum = maximum
        super().__init__(f"A quantidade vai de 1 a {format_number(maximum)} empresas por busca.")


class QuantityAboveBalance(NitroError):
    """The balance pays for fewer companies than asked; `maximum` is the largest number it pays for."""

    def __init__(self, maximum: int, balance: int, cost: int) -> None:
        self.maximum = maximum
        super().__init__(
            f"Seu saldo é de {format_number(balance)} e esta ação custa {format_number(cost)}. "
            f"Com ele dá para buscar até {format_number(maximum)} "
            f"{'empresa' if maximum == 1 else 'empresas'}."
        )


class NoCredits(QuantityAboveBalance):
    """The balance does not pay for one company."""

    def __init__(self, balance: int, cost: int) -> None:
        super().__init__(0, balance, cost)
        self.message = "Você não tem créditos para buscar: cada empresa entregue custa créditos."


class PriceChanged(NitroError):
    """The price is not the one that was shown: show the new one and ask again (C3, R9)."""

    def __init__(self, price: Price) -> None:
        self.price = price
        super().__init__(
            f"O preço mudou para {format_number(price.credits)} "
            f"{'crédito' if price.credits == 1 else 'créditos'} por empresa. Confira e confirme de novo."
        )


class TooManySearches(NitroError):
    """The account already has as many searches open as the queue takes."""

    message = "Você já tem muitas buscas na fila. Espere alguma terminar ou cancele uma delas."


class SearchStillOpen(NitroError):
    """Only a search that ended can be hidden."""

    message = "Esta busca ainda está em andamento. Cancele antes de arquivar."


def start_search(
    *,
    account_id: int,
    user_id: int,
    city_code: str,
    quantity: int,
    unit_price_shown: int,
    form_key: uuid.UUID,
    niche_text: str = "",
    niche_id: int | None = None,
    include_owned: bool = False,
    only_with_phone: bool = False,
) -> Search:
    """Record the search and the work that it needs, and return it at once (L6, R52).

    `city_code` is the IBGE code; the niche comes by id or as free text of 2 to 80 characters;
    `unit_price_shown` is the price per company, in credits, that the buyer saw; `form_key` is unique per
    shown form, and the same key gives the same search (R4, R9). Nothing is charged here: companies are
    charged as they are delivered (L9). Everything is checked before anything is written.

    Raises EmailNotConfirmed, AccountBlocked, UnknownCity, InvalidNiche, InvalidQuantity, NoCredits,
    QuantityAboveBalance, PriceChanged, TooManySearches, FormKeyReused.
    """
    if (repeated := _find_by_form(account_id, form_key)) is not None:
        return repeated
    user = _get_member(account_id, user_id)
    if not user.is_email_confirmed:
        raise EmailNotConfirmed
    if Account.objects.filter(pk=account_id, blocked_at__isnull=False).exists():
        raise AccountBlocked
    city = _get_city(city_code)
    _check_niche(niche_text, niche_id)
    price = get_price(Tariff.Action.LEAD)
    _check_quantity(account_id, quantity, price)
    if price.credits != unit_price_shown:
        raise PriceChanged(price)
    niche = _get_niche(niche_text, niche_id)
    draft = Search(
        account_id=account_id,
        created_by=user,
        niche=niche,
        city=city,
        quantity=quantity,
        include_owned=include_owned,
        only_with_phone=only_with_phone,
        unit_price=price.credits,
        tariff_version=price.version,
        form_key=form_key,
        calls_allowed=count_calls_allowed(quantity),
    )
    try:
        return _insert(draft)
    except IntegrityError:
        if (repeated := _find_by_form(account_id, form_key)) is not None:
            return repeated
        raise


def cancel_search(*, account_id: int, search_id: int) -> Search:
    """End the buyer's search now; what was delivered stays and nothing more comes (L12, R8).

    The worker sees it at its next step. A search that already ended comes back as it is. Raises
    SearchNotFound.
    """
    with transaction.atomic(durable=True):
        _lock(account_id, search_id)
        return finish_search(search_id=search_id, reason=Search.Reason.CANCELED)


def archive_search(*, account_id: int, search_id: int) -> Search:
    """Hide a search that ended from the lists; nothing is deleted and its companies stay owned (L13, R11).

    Raises SearchNotFound, SearchStillOpen.
    """
    with transaction.atomic(durable=True):
        search = _lock(account_id, search_id)
        if not search.is_final:
            raise SearchStillOpen
        if search.archived_at is None:
            search.archived_at = timezone.now()
            search.save(update_fields=["archived_at"])
        return search


def repeat_search(
    *, account_id: int, user_id: int, search_id: int, unit_price_shown: int, form_key: uuid.UUID
) -> Search:
    """Start a search like one of the account's earlier ones: only new companies come (L7, L13).

    Raises SearchNotFound and what start_search raises.
    """
    try:
        earlier = Search.objects.get(pk=search_id, account_id=account_id)
    except Search.DoesNotExist:
        raise SearchNotFound from None
    return start_search(
        account_id=account_id,
        user_id=user_id,
        niche_id=earlier.niche_id,
        city_code=earlier.city_id,
        quantity=earlier.quantity,
        include_owned=earlier.include_owned,
        only_with_phone=earlier.only_with_phone,
        unit_price_shown=unit_price_shown,
        form_key=form_key,
    )


def requeue_lost_searches(*, now: datetime) -> int:
    """Give every open search without open work its work again; return how many (R52).

    Cannot happen while search and work are written together; a deleted or cancelled item makes it so.
    """
    lost = list(list_searches_without_work(before=now - LOST_AFTER).values_list("pk", flat=True))
    for search_id in lost:
        with transaction.atomic(durable=True):
            search = Search.objects.select_for_update().get(pk=search_id)
            if not search.is_final:
                enqueue_run(search)
    if lost:
        log.error("searches_without_work", search_ids=lost)
    return len(lost)


def count_calls_allowed(quantity: int) -> int:
    """Provider calls that a search for `quantity` companies may make (L26)."""
    calls = settings.LEADS_CALLS_BASE + settings.LEADS_CALLS_PER_LEAD * quantity
    return min(calls, settings.LEADS_CALLS_MAX)


def enqueue_run(search: Search) -> None:
    """Put the search into the queue, inside the caller's transaction. Twice is once."""
    enqueue(
        kind=RUN_SEARCH,
        payload={"search_id": search.pk},
        dedupe_key=work_key(search.pk),
        ordering_key=work_key(search.pk),
        concurrency_key=f"account:{search.account_id}",
    )


def _insert(draft: Search) -> Search:
    with transaction.atomic(durable=True):
        # One form of the account at a time, so that two together do not both see room in the queue.
        Account.objects.select_for_update(no_key=True).get(pk=draft.account_id)
        allowed = settings.LEADS_MAX_RUNNING_SEARCHES + settings.LEADS_MAX_QUEUED_SEARCHES
        if count_open_searches(draft.account_id) >= allowed:
            raise TooManySearches
        draft.save(force_insert=True)
        enqueue_run(draft)
    return draft


def _find_by_form(account_id: int, form_key: uuid.UUID) -> Search | None:
    search = Search.objects.filter(form_key=form_key).first()
    if search is not None and search.account_id != account_id:
        raise FormKeyReused
    return search


def _get_member(account_id: int, user_id: int) -> User:
    """The user, who must act for the account: rights are checked here, not only in menus (A6)."""
    return (
        Membership.objects.select_related("user")
        .get(account_id=account_id, user_id=user_id, is_active=True, user__is_active=True)
        .user
    )


def _get_city(city_code: str) -> City:
    try:
        return City.objects.get(pk=city_code)
    except City.DoesNotExist:
        raise UnknownCity from None


def _check_niche(text: str, niche_id: int | None) -> None:
    if niche_id is None and not MIN_LENGTH <= len(visible(text)) <= MAX_LENGTH:
        raise InvalidNiche


def _get_niche(text: str, niche_id: int | None) -> Niche:
    if niche_id is None:
        return resolve_niche(text=visible(text))
    try:
        return Niche.objects.get(pk=niche_id)
    except Niche.DoesNotExist:
        raise InvalidNiche from None


def _check_quantity(account_id: int, quantity: int, price: Price) -> None:
    if not 1 <= quantity <= settings.LEADS_MAX_QUANTITY:
        raise InvalidQuantity(settings.LEADS_MAX_QUANTITY)
    if not price.credits:
        return
    balance = get_balance(account_id)
    maximum = balance // price.credits
    if maximum == 0:
        raise NoCredits(balance, price.credits)
    if quantity > maximum:
        raise QuantityAboveBalance(maximum, balance, quantity * price.credits)


def _lock(account_id: int, search_id: int) -> Search:
    try:
        return Search.objects.select_for_update().get(pk=search_id, account_id=account_id)
    except Search.DoesNotExist:
        raise SearchNotFound from None
