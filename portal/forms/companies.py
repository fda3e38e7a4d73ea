"""Forms of companies: the filter of the list, the company itself, and the switch of its environment."""

from typing import Any

from django import forms

from core.errors import NitroError
from core.forms import DayField, DocumentField, FilterForm, NameField
from fiscal.enumerations import Environment, Gateway, SpecialRegime, TaxRegime
from nfse.models import Company
from nfse.permissions import Right
from nfse.selectors.companies import CompanyFilters
from nfse.services.companies import (
    CompanyData,
    CompanyTaken,
    InvalidCnae,
    InvalidDocument,
    LegalNameMissing,
    clean_cnae,
    clean_document,
)
from nfse.services.places import UnknownCity
from portal.forms.addresses import ADDRESS_ERRORS, AddressForm, describe_contact
from portal.forms.fields import clean_by

FIELD_OF_ERROR: dict[type[NitroError], str] = {
    CompanyTaken: "document",
    InvalidDocument: "document",
    LegalNameMissing: "legal_name",
    InvalidCnae: "main_cnae",
    **ADDRESS_ERRORS,
}
ANY = ("", "Todos")
_PLAIN = {"autocomplete": "off", "spellcheck": "false"}


class CompanyFilterForm(FilterForm):
    """Filter of the list (A12). `situacao` is the tab, kept while the rest changes."""

    search_field = "q"
    chip_fields = ("certificado", "ambiente", "emissor", "ordem")

    q = forms.CharField(label="Nome ou documento", required=False, max_length=160)
    situacao = forms.ChoiceField(
        required=False,
        choices=[(name, name) for name in ("", "prontas", "bloqueadas", "inativas")],
        widget=forms.HiddenInput,
    )
    certificado = forms.ChoiceField(
        label="Certificado",
        required=False,
        choices=[
            ANY,
            ("ok", "Em dia"),
            ("ending", "Vence em 30 dias"),
            ("expired", "Vencido"),
            ("none", "Sem certificado"),
        ],
    )
    ambiente = forms.ChoiceField(label="Ambiente", required=False, choices=[ANY, *Environment.choices()])
    emissor = forms.ChoiceField(label="Emissor", required=False, choices=[ANY, *Gateway.choices()])
    ordem = forms.ChoiceField(
        label="Ordem",
        required=False,
        choices=[
            ("", "Nome, de A a Z"),
            ("-name", "Nome, de Z a A"),
            ("certificate", "Certificado que vence antes"),
            ("-notes", "Mais notas"),
            ("newest", "Cadastradas por último"),
        ],
    )

    def __init__(self, *args: Any, rights: frozenset[Right], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if Right.SEE_CERTIFICATES not in rights:
            del self.fields["certificado"]
            order = self.fields["ordem"]
            order.choices = [choice for choice in order.choices if choice[0] != "certificate"]  # type: ignore[attr-defined]

    def chosen(self) -> CompanyFilters:
        """The filter; what cannot be read asks for nothing and its field says why."""
        self.is_valid()
        asked = self.cleaned_data
        situation = asked.get("situacao", "")
        readiness = {"prontas": True, "bloqueadas": False}
        return CompanyFilters(
            text=asked.get("q", ""),
            is_active=None if not situation else situation != "inativas",
            is_ready=readiness.get(situation),
            certificate=asked.get("certificado", ""),
            environment=asked.get("ambiente", ""),
            gateway=asked.get("emissor", ""),
            sort=asked.get("ordem") or "name",
        )

    @property
    def is_filtered(self) -> bool:
        """Whether anything but the tab and the order narrows the list."""
        asked = getattr(self, "cleaned_data", {})
        return any(asked.get(name) for name in ("q", "certificado", "ambiente", "emissor"))


class CompanyForm(AddressForm):
    """A company (A13). Nothing fiscal has a default (R87); the city is one of the list."""

    field_of_error = FIELD_OF_ERROR

    document = DocumentField(
        mask="document",
        label="CNPJ ou CPF",
        help_text="CNPJ com números ou letras, ou o CPF de quem emite como pessoa física. Não muda depois.",
    )
    legal_name = NameField(label="Razão social", max_length=160)
    trade_name = NameField(
        label="Nome fantasia",
        max_length=160,
        required=False,
        help_text="É como a empresa aparece nas listas.",
    )
    opening_date = DayField(label="Data de abertura", required=False)

    tax_regime = forms.ChoiceField(
        label="Regime tributário", choices=[("", "Escolha o regime"), *TaxRegime.choices()]
    )
    special_regime = forms.ChoiceField(
        label="Regime especial do ISS",
        choices=SpecialRegime.choices(),
        initial=SpecialRegime.NONE.value,
        help_text="Só quando a prefeitura concedeu; na dúvida, “Nenhum”.",
    )
    municipal_registration = forms.CharField(
        label="Inscrição municipal", max_length=15, required=False, help_text="A do cadastro na prefeitura."
    )
    state_registration = forms.CharField(label="Inscrição estadual", max_length=20, required=False)
    main_cnae = forms.CharField(
        label="CNAE principal", max_length=12, required=False, help_text="7 números, como 6201-5/01."
    )
    secondary_cnaes = forms.CharField(
        label="CNAEs secundários",
        max_length=1200,
        required=False,
        help_text="Separe por vírgula.",
    )
    fiscal_incentive = forms.BooleanField(label="Tem incentivo fiscal", required=False)
    cultural_incentive = forms.BooleanField(label="É incentivadora cultural", required=False)

    city = forms.CharField(
        label="Cidade",
        max_length=80,
        help_text="Comece a digitar e escolha na lista. É onde a empresa é inscrita.",
    )

    email = forms.EmailField(label="E-mail", max_length=254, required=False)

    gateway = forms.ChoiceField(label="Emissor", choices=[("", "Escolha o emissor"), *Gateway.choices()])
    nfse_enabled = forms.BooleanField(
        label="Emite NFS-e",
        required=False,
        initial=True,
        help_text="Desmarque para guardar a empresa sem emitir notas por ela.",
    )

    def __init__(self, *args: Any, is_new: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_new:
            del self.fields["document"]
        self.fields["main_cnae"].widget.attrs["inputmode"] = "numeric"
        self.fields["email"].widget.attrs["autocomplete"] = "off"
        for name, sentence in _REQUIRED.items():
            if name in self.fields:
                self.fields[name].error_messages["required"] = sentence

    def clean_document(self) -> str:
        return clean_by(clean_document, self.cleaned_data["document"])

    def clean_main_cnae(self) -> str:
        return clean_by(clean_cnae, self.cleaned_data["main_cnae"])

    def clean_secondary_cnaes(self) -> tuple[str, ...]:
        codes = self.cleaned_data["secondary_cnaes"].replace(";", ",").replace("\n", ",").split(",")
        return tuple(dict.fromkeys(clean_by(clean_cnae, code) for code in codes if code.strip()))

    def read(self) -> CompanyData:
        """What a valid form says."""
        said = {name: value for name, value in self.cleaned_data.items() if name not in {"document", "city"}}
        said |= {
            "tax_regime": TaxRegime(said["tax_regime"]),
            "special_regime": SpecialRegime(said["special_regime"]),
            "gateway": Gateway(said["gateway"]),
        }
        return CompanyData(**said)


_REQUIRED = {
    "document": "Informe o CNPJ ou o CPF.",
    "legal_name": "Informe a razão social.",
    "tax_regime": "Escolha o regime tributário da empresa.",
    "city": UnknownCity.message,
    "gateway": "Escolha por onde as notas desta empresa são emitidas.",
}


def describe_company(company: Company) -> dict[str, Any]:
    """What the form shows of a stored company."""
    values = {name: getattr(company, name) for name in CompanyForm.base_fields if hasattr(company, name)}
    return values | describe_contact(company) | {"secondary_cnaes": ", ".join(company.secondary_cnaes)}


class EnvironmentForm(forms.Form):
    """The company's legal name, typed to put it in production (N7)."""

    typed_name = forms.CharField(
        label="Digite a razão social para confirmar",
        max_length=200,
        error_messages={"required": "Digite a razão social da empresa para confirmar."},
        widget=forms.TextInput(attrs=_PLAIN),
    )
