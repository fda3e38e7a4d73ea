"""Words and tones of the pages of companies and certificates."""

from datetime import datetime

from django import template

from nfse.services.expiry import count_days_left

register = template.Library()

SOON = 30
SETUP_TONES = {"none": "neutral", "pending": "info", "sent": "success", "error": "danger"}


@register.filter
def days_left(until: datetime | None, now: datetime) -> str:
    """How long a certificate still counts, in words."""
    if until is None:
        return "Sem certificado"
    days = count_days_left(until, now)
    if days < 0:
        return "Vencido"
    if days == 0:
        return "Vence hoje"
    return "Vence amanhã" if days == 1 else f"{days} dias"


@register.filter
def ends_when(until: datetime, now: datetime) -> str:
    """The same as the end of a sentence: "vence em 11 dias"."""
    days = count_days_left(until, now)
    if days < 0:
        return "venceu"
    return f"vence em {days} dias" if days > 1 else ("vence amanhã" if days else "vence hoje")


@register.filter
def days_tone(until: datetime | None, now: datetime) -> str:
    """Its tone: nothing to do, soon, or too late."""
    days = count_days_left(until, now) if until else -1
    if days < 0:
        return "danger" if until else "warning"
    return "success" if days > SOON else "warning"


@register.filter
def setup_tone(state: str) -> str:
    """The tone of the registration at PlugNotas."""
    return SETUP_TONES[state]


@register.filter
def cnae(code: str) -> str:
    """A CNAE with its mask: 6201-5/01."""
    return f"{code[:4]}-{code[4]}/{code[5:]}" if len(code) == 7 else code
