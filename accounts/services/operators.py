"""Letters to the operators of Nitro."""

from django.conf import settings
from django.template.loader import render_to_string

from accounts.models import User
from core.mail import Letter


def write_to_operators(*, subject: str, text: str) -> Letter | None:
    """Return a letter to every active operator; None when there is none. `text`: paragraphs, no HTML."""
    addresses = User.objects.filter(is_staff=True, is_active=True).order_by("pk")
    context = {"site_url": settings.SITE_URL, "subject": subject, "text": text}
    letter = Letter(
        to="",
        bcc=tuple(addresses.values_list("email", flat=True)),
        subject=subject,
        text=render_to_string("accounts/emails/operators.txt", context),
        html=render_to_string("accounts/emails/operators.html", context),
    )
    return letter if letter.bcc else None
