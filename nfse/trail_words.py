"""The trail of changes in the words of the screens: what changed, which field, from what to what (A30)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models

from accounts.models import Membership
from core.documents import format_cnpj, is_cnpj
from core.formatting import format_brl, format_date, format_datetime, format_number, format_phone
from nfse.models import (
    AuthorizedPhone,
    Certificate,
    ChangeRecord,
    Company,
    Firm,
    Invite,
    ServiceProfile,
    Taker,
    TaxProfile,
)
from nfse.models.trail import HIDDEN, INDEX, SHOWN
from registry.values import ADDRESS_LINES

Action = ChangeRecord.Action
EMPTY = "vazio"
OTHER = ("", " (outro)", " (um terceiro)")

SUBJECTS: dict[str, tuple[str, type[models.Model]]] = {
    "firm": ("a contabilidade", Firm),
    "member": ("o membro da equipe", Membership),
    "invite": ("o convite de", Invite),
    "company": ("a empresa", Company),
    "tax_profile": ("o perfil fiscal", TaxProfile),
    "service": ("o serviço", ServiceProfile),
    "certificate": ("o certificado", Certificate),
    "taker": ("o tomador", Taker),
    "phone": ("o telefone", AuthorizedPhone),
}
TEAM_SUBJECTS = ("firm", "member", "invite")
"""What only who manages the firm may read."""

HEADLINES = {
    ("firm", Action.CREATED): "Cadastrou a contabilidade",
    ("member", Action.CREATED): "Entrou na equipe",
    ("invite", Action.CREATED): "Convidou",
    ("invite", Action.CHANGED): "Reenviou o convite de",
    ("invite", Action.REMOVED): "Retirou o convite de",
    ("certificate", Action.CREATED): "Enviou o certificado",
    ("certificate", Action.CHANGED): "Trocou o certificado",
}
LABELS = {
    "document": "documento",
    "is_active": "ativo",
    "limit_cents": "limite por nota",
    "whatsapp": "WhatsApp",
    "cpf": "CPF",
    "notes": "observações",  # of a taker, in records written before the field was called `remark`
}
CITY_FIELDS = ("city_id", "city")


def headline(subject: str, action: str) -> str:
    """What was done to what, as the beginning of a sentence: "Alterou a empresa"."""
    if action == Action.EXPORTED:
        return "Baixou o arquivo"
    special = HEADLINES.get((subject, Action(action)))
    name = SUBJECTS[subject][0] if subject in SUBJECTS else subject
    return special or f"{Action(action).label} {name}"


def field_label(subject: str, name: str) -> str:
    """The name of a field as the forms say it."""
    label = LABELS.get(name) or str(getattr(_field(subject, name), "verbose_name", name.replace("_", " ")))
    return label[:1].upper() + label[1:]


def in_order(subject: str, names: Iterable[str]) -> list[str]:
    """The fields as the model declares them, then the others: the database keeps no order of keys."""
    model = SUBJECTS[subject][1] if subject in SUBJECTS else None
    known = [field.attname for field in model._meta.concrete_fields] if model else []
    known.sort(
        key=lambda name: name in ADDRESS_LINES
    )  # an abstract model's fields stand first, we read them last
    return sorted(names, key=lambda name: (known.index(name) if name in known else len(known), name))


def cities_in(records: Iterable[ChangeRecord]) -> set[str]:
    """The IBGE codes that the values name."""
    values = [
        values.get(name) for one in records for values in (one.before, one.after) for name in CITY_FIELDS
    ]
    return {value for value in values if value}


def show_values(subject: str, name: str, values: Sequence[Any], cities: Mapping[str, str]) -> list[str]:
    """Values of one field in words, in time order; another one with the same mask is said to be another."""
    texts: list[str] = []
    seen: list[Any] = []
    for value in values:
        text = show_value(subject, name, value, cities)
        if is_masked(value) and value not in seen:
            others = sum(one[SHOWN] == text for one in seen)
            seen.append(value)
            text += OTHER[min(others, len(OTHER) - 1)]
        texts.append(text)
    return texts


def is_masked(value: Any) -> bool:
    """Whether the trail keeps only a mask and a hash of a value."""
    return isinstance(value, Mapping) and set(value) == {SHOWN, INDEX}


def show_value(subject: str, name: str, value: Any, cities: Mapping[str, str]) -> str:
    """A stored value in words. `cities` names IBGE codes."""
    if value in (None, "", [], {}):
        return EMPTY
    if value is True or value is False:
        return "sim" if value else "não"
    if is_masked(value):
        return str(value[SHOWN])
    if value == HIDDEN:
        return HIDDEN
    if name in CITY_FIELDS:
        return cities.get(value, str(value))
    return _show_by_name(name, value) or _show_by_field(_field(subject, name), value)


def _show_by_name(name: str, value: Any) -> str:
    if name == "logo_version":
        return "imagem enviada"
    if name == "limit_cents":
        return format_brl(value)
    if name == "phone":
        return format_phone(value)
    if isinstance(value, str) and is_cnpj(value):
        return format_cnpj(value)
    return ""


def _show_by_field(field: models.Field | None, value: Any) -> str:
    if isinstance(field, models.DateTimeField):
        return format_datetime(datetime.fromisoformat(value))
    if isinstance(field, models.DateField):
        return format_date(date.fromisoformat(value))
    if field is not None and field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, int):
        return format_number(value)
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {part}" for key, part in value.items())
    if isinstance(value, list):
        return ", ".join(str(part) for part in value)
    if isinstance(field, models.DecimalField):
        return str(value).replace(".", ",")
    return str(value)


def _field(subject: str, name: str) -> models.Field | None:
    """The model's field, or None: a property, or one that no longer exists."""
    if subject not in SUBJECTS:
        return None
    try:
        return SUBJECTS[subject][1]._meta.get_field(name)  # type: ignore[return-value]
    except FieldDoesNotExist:
        return None
