"""E-mails of Notas: the same words as text and as HTML."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from core.mail import Attachment, Letter
from nfse.selectors.logos import find_logo


def write_letter(
    *,
    to: str,
    subject: str,
    template: str,
    context: Mapping[str, Any],
    firm_id: int | None = None,
    attachments: tuple[Attachment, ...] = (),
) -> Letter:
    """Render `nfse/emails/<template>.txt` and `.html`, under the logo of the firm that writes (A27)."""
    logo = find_logo(firm_id) if firm_id is not None else None
    values = {"site_url": settings.SITE_URL, "subject": subject, "has_logo": bool(logo), **context}
    return Letter(
        to=to,
        subject=subject,
        text=render_to_string(f"nfse/emails/{template}.txt", values),
        html=render_to_string(f"nfse/emails/{template}.html", values),
        attachments=attachments,
        pictures={"logo": logo} if logo else {},
    )
