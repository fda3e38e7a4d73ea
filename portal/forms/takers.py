"""Forms of takers: the list's filter, a new or changed taker, the merge, the CNPJ look-up (A19, A20, N9)."""

from typing import Any

from django import forms

from core.documents import InvalidCnpj, normalize_cnpj
from core.errors import NitroError
from core.forms import DocumentField, IdField, NameField, RefusableForm
from nfse.models import Taker
from nfse.services.companies import InvalidDocument, clean_document
from nfse.services.takers import (
    CannotMerge,
    DifferentDocuments,
    NameMissing,
    StatusNotAccepted,
    TakerClosed,
    TakerData,
    TakerTaken,
)
from portal.forms.addresses import ADDRESS_ERRORS, AddressForm, describe_contact, text_field
from portal.forms.fields import clean_by
from portal.forms.of_company import OfCompanyForm
from registry.values import BLOCKING_STATUSES, DOUBTFUL_STATUSES, RegistryStatus

FIELD_OF_ERROR: dict[type[NitroError], str] = {
    TakerTaken: "document",
    TakerClosed: "document",
    InvalidDocument: "document",
    NameMissing: "name",
    StatusNotAccepted: "accept_status",
    **ADDRESS_ERRORS,
    CannotMerge: "taker",
    DifferentDocuments: "taker",
}
STATUSES: dict[str, tuple[str, frozenset[str]]] = {
    "ativa": ("Ativa", frozenset({RegistryStatus.ACTIVE})),
    "atencao": ("Suspensa ou inapta", DOUBTFUL_STATUSES),
    "encerrada": ("Baixada ou nula", BLOCKING_STATUSES),
}


class TakerFilterForm(OfCompanyForm):
    """Filter of the list (A19): `?q=&empresa=<company id>&situacao=`."""

    search_field = "q"
    chip_fields = ("empresa", "situacao")

    q = forms.CharField(label="Nome, apelido, CNPJ ou CPF", required=False, max_length=160)
    situacao = forms.ChoiceField(
        label="Situação na Receita",
        required=False,
        choices=[("", "Todas"), *((name, label) for name, (label, _codes) in STATUSES.items())],
    )

    def chosen(self) -> dict[str, Any]:
        """What `list_takers` takes; what cannot be read asks for nothing and its field says why."""
        self.is_valid()
        asked = self.cleaned_data
        status = asked.get("situacao", "")
        return {
            "text": asked.get("q", ""),
            "company_id": asked.get("empresa"),
            "statuses": STATUSES[status][1] if status else (),
        }

    def in_words(self) -> dict[str, str]:
        """What narrowed the list, for the trail; a document stays out of it (R29)."""
        asked = self.cleaned_data
        status = asked.get("situacao", "")
        text = asked.get("q", "")
        said = {
            "texto": "(documento)" if any(map(str.isdigit, text)) else text,
            "empresa": str(self.find_company() or ""),
            "situação": STATUSES[status][0] if status else "",
        }
        return {name: value for name, value in said.items() if value}


class TakerForm(AddressForm):
    """A taker of the firm. The document is given once; the city is one of the list, by code or in full."""

    field_of_error = FIELD_OF_ERROR

    document = DocumentField(
        mask="document",
        label="CNPJ ou CPF",
        help_text="De um CNPJ, com números ou letras, a Receita preenche o resto.",
        error_messages={"required": "Informe o CNPJ ou o CPF."},
    )
    accept_status = forms.BooleanField(
        label="Sei que este CNPJ está suspenso ou inapto na Receita e quero continuar", required=False
    )
    name = NameField(
        label="Nome ou razão social",
        max_length=160,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": NameMissing.message},
    )
    nickname = NameField(
        label="Apelido",
        required=False,
        max_length=80,
        help_text="Como os clientes o chamam: “a padaria”. Ajuda a achá-lo.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    municipal_registration = text_field("Inscrição municipal", 15)
    email = forms.EmailField(
        label="E-mail",
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={"invalid": "E-mail inválido. Escreva como nome@empresa.com.br."},
    )
    remark = forms.CharField(
        label="Observações",
        required=False,
        max_length=1000,
        help_text="Só a contabilidade vê.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, is_new: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asks_acceptance = bool(self.data.get("accept_status"))
        self.taken_document = ""
        if not is_new:
            del self.fields["document"], self.fields["accept_status"]

    def clean_document(self) -> str:
        return clean_by(clean_document, self.cleaned_data["document"])

    def refuse(self, error: NitroError) -> None:
        if isinstance(error, TakerTaken):
            self.taken_document = self.cleaned_data["document"]  # a field in error loses its value
        super().refuse(error)
        self.asks_acceptance = self.asks_acceptance or isinstance(error, StatusNotAccepted)

    def read(self) -> TakerData:
        """What a valid form says."""
        own = {"document", "accept_status", "city"}
        said = {name: value for name, value in self.cleaned_data.items() if name not in own}
        return TakerData(**said)


class MergeForm(RefusableForm):
    """Which other taker is the same one."""

    field_of_error = FIELD_OF_ERROR

    taker = forms.CharField(
        label="O outro cadastro",
        max_length=200,
        help_text="Da mesma raiz de CNPJ. Comece a digitar o nome ou o CNPJ e escolha na lista.",
        error_messages={"required": "Escolha o outro cadastro na lista."},
    )
    outro = IdField(required=False)


class LookupForm(forms.Form):
    """A CNPJ to look up (A20)."""

    cnpj = DocumentField(
        mask="cnpj",
        label="CNPJ",
        error_messages={"required": "Informe o CNPJ que quer consultar."},
    )

    def clean_cnpj(self) -> str:
        try:
            return normalize_cnpj(self.cleaned_data["cnpj"])
        except InvalidCnpj as error:
            raise forms.ValidationError(error.message) from error


def describe_taker(taker: Taker) -> dict[str, Any]:
    """What the form shows of a stored taker."""
    names = ("name", "nickname", "municipal_registration", "email", "remark")
    return {name: getattr(taker, name) for name in names} | describe_contact(taker)
