"""What buyers are told by e-mail: a payment that was confirmed after they had left (C10)."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string

from credits.formatting import describe_credits
from credits.models import Order


def tell_paid(*, order_id: int) -> None:
    """Write to who ordered that the credits are there; the work of TELL_PAID. Sent twice at worst."""
    order = Order.objects.select_related("user").get(pk=order_id)
    if not order.is_settled or not order.user.is_active:
        return
    EmailMessage(
        subject=f"Pagamento confirmado: {describe_credits(order.credits)}",
        body=render_to_string("credits/mail/paid.txt", {"order": order, "site_url": settings.SITE_URL}),
        to=[order.user.email],
    ).send()
