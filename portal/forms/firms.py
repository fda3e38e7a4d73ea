"""Forms of the firm: registration, invitations, team, settings, trail. Services decide what is allowed."""

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import RegexValidator
from django.views.decorators.debug import sensitive_variables

from accounts.forms import SignUpForm
from accounts.models import Membership, User
from core.documents import InvalidCnpj, normalize_cnpj
from core.forms import DayField, DocumentField, FilterForm, NameField, RefusableForm
from nfse.models import Firm
from nfse.permissions import FIRM_ROLES
from nfse.selectors.trail import TrailFilter
from nfse.services.firms import FirmData
from nfse.services.invites import AlreadyInvited, AlreadyMember
from nfse.services.logos import MAX_BYTES, LogoRefused
from portal.forms.addresses import AddressForm, describe_contact, describe_registered_address, text_field
from registry.values import RegistryRecord

# Names of firms are printed in our e-mails, which anybody can make us send: no addresses in them.
no_address = RegexValidator(
    r"(?i)[@<>]|://|\bwww\.|\w{2,}\.(?:com|net|org|br|io|site|online|shop|xyz|link|app|info|biz|top)\b",
    "Informe só o nome, sem endereços de site ou de e-mail.",
    inverse_match=True,
)
ROLE_CHOICES = [(role.value, role.label) for role in FIRM_ROLES]


def _firm_name(label: str, *, required: bool = True, help_text: str = "") -> NameField:
    return NameField(
        label=label,
        required=required,
        min_length=2,
        max_length=160,
        validators=[no_address],
        help_text=help_text,
        error_messages={"required": "Informe a razão social."},
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )


class FirmForm(RefusableForm):
    """The firm that a signed-in person registers (A7)."""

    document = DocumentField(
        mask="cnpj",
        label="CNPJ da contabilidade",
        error_messages={"required": "Informe o CNPJ."},
        help_text="Com os dados da Receita preenchemos o resto; você confere.",
    )
    legal_name = _firm_name("Razão social")
    trade_name = _firm_name("Nome fantasia", required=False, help_text="Como seus clientes a conhecem.")

    def clean_document(self) -> str:
        try:
            return normalize_cnpj(self.cleaned_data["document"])
        except InvalidCnpj as error:
            raise ValidationError(error.message) from error


class NewOwnerForm(FirmForm, SignUpForm):
    """The firm together with its owner's user (A7)."""

    field_order = ("document", "legal_name", "trade_name", "full_name", "email", "password", "terms")


class JoinForm(SignUpForm):
    """Who was invited and has no user yet. The address is the invitation's, not the person's to choose."""

    email = None  # type: ignore[assignment]

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.address = email

    @sensitive_variables()
    def clean(self) -> dict[str, Any]:
        self.cleaned_data["email"] = self.address
        return super().clean()


class InviteForm(RefusableForm):
    """An address and a role (A8)."""

    field_of_error = {AlreadyMember: "email", AlreadyInvited: "email"}

    email = forms.EmailField(
        label="E-mail",
        max_length=254,
        error_messages={
            "required": "Informe o e-mail de quem vai entrar na equipe.",
            "invalid": "Informe um e-mail válido, como nome@empresa.com.br.",
        },
        widget=forms.EmailInput(attrs={"autocomplete": "off", "inputmode": "email", "spellcheck": "false"}),
    )
    role = forms.ChoiceField(
        label="Papel",
        choices=ROLE_CHOICES,
        initial=Membership.Role.ATTENDANT.value,
        error_messages={"invalid_choice": "Escolha um papel da lista."},
    )


class SettingsForm(AddressForm):
    """What the owner may change of the firm (A27). The CNPJ is not among it."""

    legal_name = _firm_name("Razão social")
    trade_name = _firm_name("Nome fantasia", required=False, help_text="Aparece no menu e nos convites.")
    email = forms.EmailField(
        label="E-mail da contabilidade",
        required=False,
        max_length=254,
        error_messages={"invalid": "Informe um e-mail válido, como nome@empresa.com.br."},
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
    )
    phone = text_field("Telefone", 30, type="tel", autocomplete="tel-national", inputmode="tel")
    postal_code = text_field("CEP", 10, autocomplete="postal-code", inputmode="numeric")
    street = text_field("Logradouro", 160, autocomplete="address-line1")
    complement = text_field("Complemento", 160, autocomplete="address-line2")
    chat_cancellation = forms.ChoiceField(
        label="Quando um cliente pede para cancelar uma nota",
        required=False,
        choices=Firm.ChatCancellation.choices,
        help_text="Vale para todos os telefones que podem pedir cancelamentos.",
    )

    @classmethod
    def for_firm(
        cls, firm: Firm, record: RegistryRecord | None = None, *, version: int = 0
    ) -> "SettingsForm":
        """The form with what is stored and, where there is no address, with that of the registry."""
        names = ("legal_name", "trade_name", "email", "chat_cancellation")
        initial = {name: getattr(firm, name) for name in names}
        initial |= describe_contact(firm)
        if record is not None:
            initial |= describe_registered_address(record)
        return cls(initial=initial, version=version)

    def data_for(self, firm: Firm) -> FirmData:
        """What was typed, and what the page does not show as it is stored."""
        values = {name: value for name, value in self.cleaned_data.items() if name != "city"}
        chosen = values.pop("chat_cancellation") or firm.chat_cancellation
        return FirmData(
            **values,
            chat_cancellation=Firm.ChatCancellation(chosen),
            warn_clients_of_expiry=firm.warn_clients_of_expiry,
            daily_digest=firm.daily_digest,
            business_hours=firm.business_hours,
        )


class LogoForm(RefusableForm):
    """A picture file; its content is judged by the service."""

    field_of_error = {LogoRefused: "logo"}

    logo = forms.FileField(
        label="Imagem",
        help_text="PNG ou JPG de até 2 MB. Fica melhor com fundo transparente.",
        error_messages={
            "required": "Escolha o arquivo da imagem.",
            "empty": "O arquivo está vazio. Escolha outro.",
        },
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg"}),
    )

    def clean_logo(self) -> UploadedFile:
        upload: UploadedFile = self.cleaned_data["logo"]
        if (upload.size or 0) > MAX_BYTES:  # before its content is read into memory
            raise ValidationError("O arquivo tem mais de 2 MB. Envie uma imagem menor.")
        return upload


class PersonField(forms.ModelChoiceField):
    """A person, shown by the name and not by the address."""

    def label_from_instance(self, obj: User) -> str:
        return obj.full_name


class TrailFilterForm(FilterForm):
    """Filter of the trail (A30)."""

    search_field = "empresa"

    empresa = forms.CharField(label="Empresa: nome ou CNPJ", required=False, max_length=160)
    pessoa = PersonField(
        label="Pessoa", queryset=User.objects.none(), required=False, empty_label="Todas as pessoas"
    )
    de = DayField(label="De", required=False)
    ate = DayField(label="Até", required=False)

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ModelChoiceField, self.fields["pessoa"]).queryset = people

    def chosen(self) -> TrailFilter:
        """The filter; what cannot be read asks for nothing and its field says why."""
        self.is_valid()
        asked = self.cleaned_data
        person = asked.get("pessoa")
        return TrailFilter(
            company=asked.get("empresa", ""),
            actor_id=person.pk if person else None,
            since=asked.get("de"),
            until=asked.get("ate"),
        )
