"""What buyers are told by e-mail: a payment confirmed after they had left (C10), a low balance (C13)."""

from django.conf import settings
from django.template.loader import render_to_string

from accounts.models import User
from core.mail import Letter
from credits.formatting import describe_credits
from credits.models import Order, Wallet


def write_paid(*, order_id: int) -> Letter | None:
    """Write to who ordered that the credits are there; None while they are not, or when the person left."""
    order = Order.objects.select_related("user").get(pk=order_id)
    if not order.is_settled or not order.user.is_active:
        return None
    subject = f"Pagamento confirmado: {describe_credits(order.credits)}"
    return _letter("paid", order.user, subject, order=order)


def write_low_balance(*, account_id: int) -> Letter | None:
    """Write to the buyer that the balance fell below the limit.

    None when credits came in or the letter was switched off meanwhile, or nobody is left to read it.
    """
    wallet = Wallet.objects.get(account_id=account_id)
    user = User.objects.filter(memberships__account_id=account_id, memberships__is_active=True).first()
    is_low = wallet.balance < settings.CREDITS_LOW_BALANCE
    if not (is_low and wallet.tells_low_balance) or user is None or not user.is_active:
        return None
    return _letter("low_balance", user, f"Saldo baixo: {describe_credits(wallet.balance)}", wallet=wallet)


def _letter(template: str, user: User, subject: str, **context: object) -> Letter:
    context |= {"user": user, "subject": subject, "site_url": settings.SITE_URL}
    return Letter(
        to=user.email,
        subject=subject,
        text=render_to_string(f"credits/emails/{template}.txt", context),
        html=render_to_string(f"credits/emails/{template}.html", context),
    )
