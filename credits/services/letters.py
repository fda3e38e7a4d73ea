"""What buyers are told by e-mail: a payment that was confirmed after they had left (C10)."""

from django.conf import settings
from django.template.loader import render_to_string

from core.mail import Letter
from credits.formatting import describe_credits
from credits.models import Order


def write_paid(*, order_id: int) -> Letter | None:
    """Write to who ordered that the credits are there; None while they are not, or when the person left."""
    order = Order.objects.select_related("user").get(pk=order_id)
    if not order.is_settled or not order.user.is_active:
        return None
    subject = f"Pagamento confirmado: {describe_credits(order.credits)}"
    context = {"order": order, "user": order.user, "subject": subject, "site_url": settings.SITE_URL}
    return Letter(
        to=order.user.email,
        subject=subject,
        text=render_to_string("credits/emails/paid.txt", context),
        html=render_to_string("credits/emails/paid.html", context),
    )
