"""`manage.py seed_demo`: a buyer with credits and an operator, to walk through the product at once."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import User
from accounts.selectors import find_buyer_account, find_user_by_email
from accounts.services import sign_up
from credits.models import LedgerEntry
from credits.services import grant_credits
from credits.values import Reference

BUYER = "comprador@demo.example"
OPERATOR = "operador@demo.example"
PASSWORD = "quero-ver-nitro"  # noqa: S105 (refused in production)
CREDITS = 200


class Command(BaseCommand):
    help = "Creates the demo sign-ins and gives the buyer 200 credits, once. Refused in production."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--show", action="store_true", help="only print the demo sign-ins")

    def handle(self, *_args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("demo sign-ins have known passwords: not in production")
        if not options["show"]:
            _give_credits(_ensure_buyer(), _ensure_operator())
        self.stdout.write(f"  comprador  {BUYER}  senha {PASSWORD}")
        self.stdout.write(f"  operador   {OPERATOR}  senha {PASSWORD}")


def _ensure_buyer() -> User:
    user = find_user_by_email(BUYER) or sign_up(
        email=BUYER, password=PASSWORD, full_name="Marina Compradora", terms_accepted_at=timezone.now()
    )
    return _confirmed(user)


def _ensure_operator() -> User:
    user = find_user_by_email(OPERATOR) or User.objects.create_superuser(
        OPERATOR, PASSWORD, full_name="Olavo Operador"
    )
    return _confirmed(user)


def _confirmed(user: User) -> User:
    if not user.is_email_confirmed:
        user.email_confirmed_at = timezone.now()
        user.save(update_fields=["email_confirmed_at"])
    return user


def _give_credits(buyer: User, operator: User) -> None:
    account = find_buyer_account(buyer)
    if account is None:
        raise CommandError(f"{BUYER} has no buyer account")
    grant_credits(
        account_id=account.pk,
        amount=CREDITS,
        operation_key="demo:credits",
        kind=LedgerEntry.Kind.ADJUSTMENT,
        reference=Reference("account", str(account.pk)),
        text="Créditos de demonstração",
        actor_id=operator.pk,
    )
