"""E-mails of Notas: the same words as text and as HTML."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from accounts.gateways import Attachment, Letter


def write_letter(
    *,
    to: str,
    subject: str,
    template: str,
    context: Mapping[str, Any],
    attachments: tuple[Attachment, ...] = (),
) -> Letter:
    """Render `nfse/emails/<template>.txt` and `.html`."""
    values = {"site_url": settings.SITE_URL, "subject": subject, **context}
    return Letter(
        to=to,
        subject=subject,
        text=render_to_string(f"nfse/emails/{template}.txt", values),
        html=render_to_string(f"nfse/emails/{template}.html", values),
        attachments=attachments,
    )
