"""Forms of the simulator: which channel and phone, and what the phone writes."""

from typing import Any, cast

from django import forms

from core.forms import RefusableForm
from nfse.models import AuthorizedPhone
from whatsapp.models import Channel
from whatsapp.selectors.simulator import list_simulated_channels, list_simulated_phones

LONGEST = 5000
KINDS = [("text", "Texto"), ("audio", "Áudio"), ("image", "Foto"), ("sticker", "Figurinha")]


class _Channel(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


class _Phone(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name} · {obj.company.display_name}"


class SimulatorForm(forms.Form):
    """`?canal=<channel id>&telefone=<phone id>`: both of the firm."""

    canal = _Channel(label="Canal", queryset=Channel.objects.none(), empty_label=None)
    telefone = _Phone(label="Telefone de teste", queryset=AuthorizedPhone.objects.none(), empty_label=None)

    def __init__(self, *args: Any, firm_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        channels = cast(forms.ModelChoiceField, self.fields["canal"])
        channels.queryset = list_simulated_channels(firm_id)
        phones = cast(forms.ModelChoiceField, self.fields["telefone"])
        phones.queryset = list_simulated_phones(firm_id)


class SimulatedMessageForm(RefusableForm):
    """What the phone writes or says."""

    text = forms.CharField(
        label="Mensagem",
        max_length=LONGEST,
        strip=False,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    kind = forms.ChoiceField(label="Tipo", choices=KINDS, initial="text")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("kind") in ("text", "audio") and not str(cleaned.get("text", "")).strip():
            self.add_error("text", "Escreva a mensagem.")
        return cleaned
