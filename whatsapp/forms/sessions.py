"""Forms of the sessions' pages: the list's filter, the answer of a person of the firm."""

from typing import Any

from django import forms

from core.errors import NitroError
from core.forms import DayField, FilterForm, IdField, RefusableForm
from whatsapp.conversation.states import LABELS, OPEN, Kind
from whatsapp.selectors.channels import list_channels
from whatsapp.selectors.sessions import SessionFilters, list_chatting_companies
from whatsapp.services.handoff import LONGEST_ANSWER, AnswerTooLong, EmptyAnswer, NotTakenOver

MOST_CHOICES = 200
GROUPS: dict[str, tuple[str, tuple[str, ...]]] = {
    "abertas": ("Abertas", tuple(sorted(state.value for state in OPEN))),
    "problemas": ("Recusadas ou com falha", ("rejected", "failed")),
    "encerradas": ("Encerradas", ("completed", "canceled", "expired")),
}
KINDS = {Kind.ISSUE: "Emitir nota", Kind.CANCELLATION: "Cancelar nota"}
PERIOD = "O fim do período vem antes do começo."


class SessionFilterForm(FilterForm):
    """`?q=&empresa=<company id>&canal=<channel id>&situacao=<group or state>&tipo=&de=&ate=`.

    A firm of one channel is not asked for it.
    """

    search_field = "q"

    q = forms.CharField(label="Pessoa, telefone ou protocolo", required=False, max_length=80)
    empresa = IdField(label="Empresa", required=False)
    canal = IdField(label="Canal", required=False)
    situacao = forms.ChoiceField(
        label="Situação",
        required=False,
        choices=[
            ("", "Todas"),
            ("Grupos", [(name, label) for name, (label, _states) in GROUPS.items()]),
            ("Uma situação", [(state.value, label) for state, label in LABELS.items()]),
        ],
    )
    tipo = forms.ChoiceField(
        label="Tipo",
        required=False,
        choices=[("", "Todos"), *((kind.value, label) for kind, label in KINDS.items())],
    )
    de = DayField(label="De", required=False)
    ate = DayField(label="Até", required=False)

    def __init__(self, *args: Any, firm_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        companies = list(list_chatting_companies(firm_id)[: MOST_CHOICES + 1])
        if len(companies) <= MOST_CHOICES:
            choices = [("", "Todas"), *((company.pk, company.display_name) for company in companies)]
            self.fields["empresa"].widget = forms.Select(choices=choices)
        channels = list(list_channels(firm_id).values_list("pk", "name"))
        if len(channels) > 1:
            self.fields["canal"].widget = forms.Select(choices=[("", "Todos"), *channels])
        else:
            del self.fields["canal"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("de") and cleaned.get("ate") and cleaned["ate"] < cleaned["de"]:
            self.add_error("ate", PERIOD)
        return cleaned

    def chosen(self) -> SessionFilters:
        """What is asked for; what cannot be read asks for nothing and its field says why."""
        self.is_valid()
        asked = self.cleaned_data
        state = asked.get("situacao", "")
        return SessionFilters(
            text=asked.get("q", ""),
            company_id=asked.get("empresa"),
            channel_id=asked.get("canal"),
            states=GROUPS[state][1] if state in GROUPS else (state,) if state else (),
            kind=asked.get("tipo", ""),
            since=asked.get("de"),
            until=asked.get("ate"),
        )


class AnswerForm(RefusableForm):
    """What a person of the firm writes; `form_key` makes a form sent twice one message."""

    field_of_error: dict[type[NitroError], str] = {
        EmptyAnswer: "text",
        AnswerTooLong: "text",
        NotTakenOver: "text",
    }

    text = forms.CharField(
        label="Sua resposta",
        max_length=LONGEST_ANSWER,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": EmptyAnswer.message, "max_length": AnswerTooLong.message},
    )
    form_key = forms.UUIDField(widget=forms.HiddenInput)


class DecisionForm(forms.Form):
    """What the firm decides about a cancellation: `pedido`, the session that the page showed, and why not."""

    pedido = IdField()
    motivo = forms.CharField(required=False)
