"""The form of an authorised phone (A16)."""

from typing import Any

from django import forms

from core.documents import InvalidCpf, format_cpf, normalize_cpf
from core.errors import NitroError
from core.formatting import format_phone
from core.forms import DocumentField
from nfse.models import AuthorizedPhone
from nfse.services.phones import (
    InvalidWhatsApp,
    NumberInUse,
    NumberTaken,
    PhoneData,
    PhoneNameMissing,
    read_number,
)
from portal.forms.fields import clean_by
from portal.forms.stored import StoredForm

FIELD_OF_ERROR: dict[type[NitroError], str] = {
    NumberTaken: "number",
    NumberInUse: "number",
    InvalidWhatsApp: "number",
    PhoneNameMissing: "name",
    InvalidCpf: "cpf",
}


class PhoneForm(StoredForm):
    """Who may ask for notes of a company, and from which number."""

    field_of_error = FIELD_OF_ERROR

    name = forms.CharField(
        label="Nome",
        max_length=80,
        help_text="De quem escreve: é quem aparece nas notas que pedir.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": PhoneNameMissing.message},
    )
    number = forms.CharField(
        label="WhatsApp",
        max_length=24,
        help_text="Com DDD. O nono dígito entra sozinho nos celulares antigos.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel"}),
        error_messages={"required": InvalidWhatsApp.message},
    )
    cpf = DocumentField(mask="cpf", label="CPF", required=False, help_text="Fica cifrado.")
    email = forms.EmailField(
        label="E-mail",
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={"invalid": "E-mail inválido. Escreva como nome@empresa.com.br."},
    )
    can_issue = forms.BooleanField(
        label="Pode pedir notas",
        required=False,
        initial=True,
        help_text="Também tentar de novo, retirar um pedido, cadastrar um tomador e receber PDF e XML.",
    )
    can_cancel = forms.BooleanField(
        label="Pode pedir cancelamentos",
        required=False,
        help_text="Como a contabilidade escolheu em Configurações: pergunta antes, direto ou nunca.",
    )
    is_main = forms.BooleanField(
        label="É o telefone principal da empresa",
        required=False,
        help_text="O que recebe os avisos da empresa. Só um por empresa; toma o lugar do anterior.",
    )

    def __init__(self, *args: Any, is_active: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_active:
            del self.fields["is_main"]

    def clean_number(self) -> str:
        return clean_by(lambda text: read_number(text).e164, self.cleaned_data["number"])

    def clean_cpf(self) -> str:
        typed = self.cleaned_data["cpf"].strip()
        return clean_by(normalize_cpf, typed) if typed else ""

    def read(self) -> PhoneData:
        """What a valid form says."""
        return PhoneData(**self.cleaned_data)


def describe_phone(phone: AuthorizedPhone) -> dict[str, Any]:
    """What the form shows of a stored phone."""
    plain = {name: getattr(phone, name) for name in ("name", "email", "can_issue", "can_cancel", "is_main")}
    return plain | {
        "number": format_phone(phone.number),
        "cpf": format_cpf(phone.cpf) if phone.cpf else "",
    }
