"""Words of the pages of takers."""

from django import template

from core.formatting import format_phone
from nfse.models import Taker
from nfse.services.takers import MergedField
from registry.values import BLOCKING_STATUSES, RegistryStatus

register = template.Library()
_LABELS = {
    "nickname": "Apelido",
    "municipal_registration": "Inscrição municipal",
    "email": "E-mail",
    "phone": "Telefone",
    "remark": "Observações",
}


@register.filter
def status_name(status: str) -> str:
    """`situação cadastral` of a code of the Receita."""
    return RegistryStatus.label_of(status)


@register.filter
def status_tone(status: str) -> str:
    """The tone of a situação: what may not be billed, what is asked about, what is well."""
    if status in BLOCKING_STATUSES:
        return "danger"
    return "success" if status in {RegistryStatus.ACTIVE, ""} else "warning"


@register.filter
def needs_attention(taker: Taker) -> bool:
    """Whether its situação is anything but active."""
    return taker.registry_status not in {RegistryStatus.ACTIVE, ""}


@register.filter
def merged_label(name: str) -> str:
    """What a field that a merge may fill is called."""
    return _LABELS[name]


@register.filter
def merged_value(field: MergedField, side: str) -> str:
    """One side of a field, as it is read."""
    value = str(getattr(field, side))
    return format_phone(value) if field.name == "phone" and value else value
