"""What people type about themselves."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.views.decorators.debug import sensitive_variables

from accounts.managers import normalize_email
from accounts.models import User
from accounts.services import TooManyFailures, WrongCredentials, check_credentials
from core.forms import NameField
from core.phones import format_phone, parse_phone

MAX_PASSWORD_LENGTH = 128  # hashing is slow on purpose; a book is not a password


# Names are printed in our e-mails, which anybody can make us send: an address in a name is an advertisement.
only_a_name = RegexValidator(
    r"[/@:<>\\]|\w\.\w", "Informe só o nome, sem endereços nem símbolos.", inverse_match=True
)


def _email(label: str = "E-mail") -> forms.EmailField:
    return forms.EmailField(
        label=label,
        max_length=254,
        error_messages={
            "required": "Informe o e-mail.",
            "invalid": "Informe um e-mail válido, como nome@empresa.com.br.",
        },
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email", "spellcheck": "false"}),
    )


def _full_name(label: str) -> NameField:
    return NameField(
        label=label,
        min_length=2,
        max_length=120,
        validators=[only_a_name],
        error_messages={"required": "Informe seu nome."},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )


def _new_password(label: str = "Senha") -> forms.CharField:
    return forms.CharField(
        label=label,
        strip=False,
        max_length=MAX_PASSWORD_LENGTH,
        error_messages={"required": "Crie uma senha."},
        help_text="Pelo menos 8 caracteres. Uma frase curta é mais forte do que uma palavra com símbolos.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


def _current_password(label: str = "Senha atual") -> forms.CharField:
    return forms.CharField(
        label=label,
        strip=False,
        max_length=MAX_PASSWORD_LENGTH,
        error_messages={"required": "Informe a senha."},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class SignInForm(forms.Form):
    """E-mail and password; `retry_after` is set when the account must wait."""

    email = _email()
    password = _current_password("Senha")
    remember = forms.BooleanField(label="Manter conectado", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user: User | None = None
        self.retry_after: int | None = None

    @sensitive_variables()
    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if "email" in data and "password" in data:
            try:
                self.user = check_credentials(email=data["email"], password=data["password"])
            except WrongCredentials as error:
                raise ValidationError(error.message, code="wrong_credentials") from error
            except TooManyFailures as error:
                self.retry_after = error.retry_after
                raise ValidationError(error.message, code="too_many_failures") from error
        return data


class SignUpForm(forms.Form):
    full_name = _full_name("Seu nome")
    email = _email()
    password = _new_password()
    terms = forms.BooleanField(
        label="Li e aceito os termos de uso",
        error_messages={"required": "Para criar a conta é preciso aceitar os termos de uso."},
    )

    @sensitive_variables()
    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        owner = User(full_name=data.get("full_name", ""), email=data.get("email", ""))
        _check_strength(self, "password", owner)
        return data


class PasswordResetForm(forms.Form):
    email = _email()


class ResetPasswordForm(forms.Form):
    """A new password for `user`, who proved to own the address."""

    password = _new_password("Nova senha")

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    @sensitive_variables()
    def clean(self) -> dict[str, Any]:
        _check_strength(self, "password", self.user)
        return self.cleaned_data


class ChangePasswordForm(ResetPasswordForm):
    current_password = _current_password()
    field_order = ("current_password", "password")


class NewEmailForm(forms.Form):
    email = _email("Novo e-mail")
    current_password = _current_password()

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_email(self) -> str:
        email = normalize_email(self.cleaned_data["email"])
        if email == self.user.email:
            raise ValidationError("Este já é o seu e-mail.")
        return email


class ProfileForm(forms.Form):
    full_name = _full_name("Nome")
    phone = forms.CharField(
        label="Telefone",
        required=False,
        max_length=30,
        help_text="Com DDD. Usamos só para falar com você sobre a sua conta.",
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel-national", "inputmode": "tel"}),
    )

    @classmethod
    def for_user(cls, user: User) -> "ProfileForm":
        phone = format_phone(user.phone) if user.phone else ""
        return cls(initial={"full_name": user.full_name, "phone": phone})

    def clean_phone(self) -> str:
        text = self.cleaned_data["phone"].strip()
        if not text:
            return ""
        phone = parse_phone(text)
        if phone is None or not phone.is_direct:
            raise ValidationError("Informe um telefone com DDD, por exemplo (55) 99912-3456.")
        return phone.e164


class ThemeForm(forms.Form):
    theme = forms.ChoiceField(choices=User.Theme.choices)


def _check_strength(form: forms.Form, field: str, owner: User) -> None:
    password = form.cleaned_data.get(field)
    if password:
        try:
            validate_password(password, owner)
        except ValidationError as error:
            form.add_error(field, error)
