"""The form of a channel (W1)."""

from django import forms

from core.forms import NameField, RefusableForm
from whatsapp.services.channels import ChannelNameTaken


class ChannelForm(RefusableForm):
    """A new channel: only its name is typed; the number comes from the phone that reads the QR."""

    field_of_error = {ChannelNameTaken: "name"}

    name = NameField(
        label="Nome do canal",
        max_length=60,
        help_text="Só para a sua equipe, como “Atendimento”. O número vem do celular que ler o QR.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Dê um nome ao canal."},
    )
