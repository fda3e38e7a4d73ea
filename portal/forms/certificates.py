"""Forms of certificates: sending one, and the filter of the list."""

from typing import Any

from django import forms

from core.errors import NitroError
from core.forms import FilterForm, RefusableForm
from fiscal.documents.certificates import MAX_PFX_BYTES, PfxTooBig
from nfse.services.certificates import SameRootNotAccepted


class CertificateForm(RefusableForm):
    """A PFX and its password (N4). Neither is ever shown again: a refused form comes back without them."""

    file = forms.FileField(
        label="Arquivo do certificado (.pfx ou .p12)",
        max_length=200,
        allow_empty_file=True,  # an empty file is no certificate, and the service says so
        error_messages={"required": "Escolha o arquivo do certificado A1 (.pfx ou .p12)."},
        widget=forms.FileInput(attrs={"accept": ".pfx,.p12,application/x-pkcs12"}),
    )
    password = forms.CharField(
        label="Senha do certificado",
        required=False,  # a PFX may have an empty one; a wrong one is refused by the service
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    accept_same_root = forms.BooleanField(
        label="Usar mesmo sendo de outro estabelecimento",
        required=False,
        help_text="Marque só se a matriz e a filial assinam com o mesmo certificado.",
    )

    question = ""
    """Asked when the certificate is of another branch; the box that answers it shows only then."""

    def refuse(self, error: NitroError) -> None:
        if isinstance(error, SameRootNotAccepted):
            self.question = error.message
        else:
            super().refuse(error)

    def clean_file(self) -> Any:
        """Too big is refused before its bytes are read into memory."""
        file = self.cleaned_data["file"]
        if file.size > MAX_PFX_BYTES:
            raise forms.ValidationError(PfxTooBig.message)
        return file


class CertificateFilterForm(FilterForm):
    """Filter of the list (A17). `situacao` is the tab."""

    search_field = "q"

    q = forms.CharField(label="Empresa ou titular", required=False, max_length=160)
    situacao = forms.ChoiceField(
        required=False,
        choices=[(name, name) for name in ("", "ok", "ending", "expired")],
        widget=forms.HiddenInput,
    )

    def chosen(self) -> tuple[str, str]:
        """The text and the state; what cannot be read asks for nothing."""
        self.is_valid()
        return self.cleaned_data.get("q", ""), self.cleaned_data.get("situacao", "")
