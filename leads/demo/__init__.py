"""Demo data of leads: a buyer with credits and the searches of ten months, and an operator."""

from django.utils import timezone

from accounts.models import User
from accounts.selectors import find_buyer_account, find_user_by_email
from accounts.services import sign_up
from core.demos import PASSWORD, Demo, DemoOptions, SignIn
from credits.models import LedgerEntry
from credits.services import grant_credits
from credits.values import Reference
from leads.demo.searches import ensure_searches

BUYER = "comprador@demo.example"
OPERATOR = "operador@demo.example"
CREDITS = 200


def seed(options: DemoOptions) -> None:
    """Create the buyer and the operator, what the buyer did before today, and give 200 credits, once."""
    buyer, operator = _ensure_buyer(), _ensure_operator()
    account = find_buyer_account(buyer)
    if account is None:
        raise RuntimeError(f"{BUYER} has no buyer account")
    ensure_searches(account_id=account.pk, user_id=buyer.pk, options=options, now=timezone.now())
    _give_credits(account.pk, operator)


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


def _give_credits(account_id: int, operator: User) -> None:
    grant_credits(
        account_id=account_id,
        amount=CREDITS,
        operation_key="demo:credits",
        kind=LedgerEntry.Kind.ADJUSTMENT,
        reference=Reference("account", str(account_id)),
        text="Créditos de demonstração",
        actor_id=operator.pk,
    )


DEMO = Demo((SignIn("comprador", BUYER), SignIn("operador", OPERATOR)), seed)
