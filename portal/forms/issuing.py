"""Forms of one note: issue, replace, cancel, send. They read what was typed; the services decide."""

import re
import uuid
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone

from core.errors import FormKeyReused
from core.forms import DayField, IdField, RefusableForm
from core.money import InvalidAmount, parse_brl
from fiscal.documents.clock import competence_today
from fiscal.documents.mirror import describe_rates
from fiscal.enumerations import Gateway, TaxRegime
from fiscal.values import FederalRates
from nfse.models import Invoice, ServiceProfile, Taker, TaxProfile
from nfse.selectors.companies import find_tax_profile, list_services
from nfse.selectors.issuers import IssuerChoice, list_issuers
from nfse.selectors.takers import find_open_taker, find_taker_by_text, label_taker
from nfse.services.issuing.gates import MAX_DESCRIPTION, MIN_DESCRIPTION, first_competence
from nfse.services.issuing.snapshots import NoteInput, SubstitutionInput
from nfse.services.notes.canceling import MAX_TEXT, MIN_TEXT, REASONS
from nfse.services.retentions import NOTHING
from portal.forms.retentions import FIELDS as RETENTIONS
from portal.forms.retentions import RetentionFields, rate_values, read_rates
from registry.models import City
from registry.selectors.cities import find_city_by_label

CHOOSE_TAKER = "Escolha um tomador da lista, ou cadastre um novo."
CHOOSE_CITY = "Escolha a cidade da lista, como Santa Maria - RS."
TOO_LARGE = Decimal(10) ** 13
"""Reais that no document holds (TSDec15V2)."""
NOT_OFFERED = "Esta opção não está mais disponível. Escolha outra."
TOO_PRECISE = "O valor tem mais de duas casas depois da vírgula. Escreva como 1.234,56."
POINT_FOR_COMMA = "Use vírgula nos centavos, como 1.234,56."
REQUIRED = {
    "company": "Escolha a empresa que emite.",
    "service": "Escolha o serviço.",
    "amount": "Informe o valor do serviço.",
    "description": f"Descreva o serviço com {MIN_DESCRIPTION} a 1.000 caracteres.",
    "competence_date": "Informe o dia do serviço.",
    "reason": "Escolha o motivo da substituição.",
}
DIFFERENT_PLACE = ServiceProfile.Incidence.PLACE
SUBSTITUTION_REASONS = {
    "01": "Desenquadramento do Simples Nacional",
    "02": "Enquadramento no Simples Nacional",
    "03": "Inclusão retroativa de imunidade ou isenção",
    "04": "Exclusão retroativa de imunidade ou isenção",
    "05": "Rejeição pelo tomador ou intermediário",
    "99": "Outros",
}
OTHER_REASON = "99"
NO_RETENTION, OWN_RETENTION = "none", "own"


def parse_reais(text: str) -> Decimal:
    """Return an amount typed as 1.500,00 or 1500,5; nothing is rounded (R70). Raises ValidationError."""
    try:
        return Decimal(parse_brl(text)).scaleb(-2)
    except InvalidAmount as error:
        compact = re.sub(r"\s|R\$", "", text)
        if re.fullmatch(r"[0-9.]+,[0-9]{3,}", compact):
            raise forms.ValidationError(TOO_PRECISE) from error
        if re.fullmatch(r"[0-9,]+\.[0-9]{1,2}", compact):
            raise forms.ValidationError(POINT_FOR_COMMA) from error
        raise forms.ValidationError(error.message) from error


class AmountField(forms.CharField):
    """Reais as people write them; its value is a Decimal."""

    def clean(self, value: Any) -> Decimal | None:
        text = super().clean(value)
        amount = parse_reais(text) if text else None
        if amount is not None and abs(amount) >= TOO_LARGE:
            raise forms.ValidationError("O valor é maior do que uma nota aceita.")
        return amount


class IssueForm(RetentionFields):
    """A note by hand (N17), and the copy of a note that replaces it (N15).

    What depends on the company (services, model of the description, unidentified taker) follows the company
    that is chosen. `described` remembers the text that the form itself filled in, so that it may be changed
    with the service while nobody touched it. `guided` marks the test note of the guided path.
    """

    company = forms.TypedChoiceField(label="Empresa que emite", coerce=int)
    service = forms.TypedChoiceField(label="Serviço", coerce=int)
    taker = forms.CharField(label="Tomador", max_length=200, required=False)
    taker_id = IdField(required=False)
    unidentified = forms.BooleanField(
        label="Tomador não identificado",
        required=False,
        help_text="A nota sai sem nome nem documento de quem recebe o serviço.",
    )
    amount = AmountField(
        label="Valor do serviço (R$)",
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    description = forms.CharField(
        label="Descrição do serviço",
        min_length=MIN_DESCRIPTION,
        max_length=MAX_DESCRIPTION,
        widget=forms.Textarea(attrs={"rows": 4, "data-counter": ""}),
    )
    described = forms.CharField(required=False, max_length=1000, widget=forms.HiddenInput)
    competence_date = DayField(label="Competência", help_text="O dia em que o serviço foi prestado.")
    withheld = forms.ChoiceField(label="ISS retido", required=False)
    federal = forms.ChoiceField(label="Retenções federais e INSS", required=False)
    place = forms.CharField(
        label="Cidade onde o serviço foi prestado",
        max_length=80,
        required=False,
        help_text="Neste serviço, o ISS é devido onde o serviço acontece.",
    )
    place_code = forms.CharField(max_length=7, required=False, widget=forms.HiddenInput)
    substitutes = IdField(required=False)
    reason = forms.ChoiceField(label="Motivo da substituição", required=False)
    reason_text = forms.CharField(
        label="Explique o motivo",
        required=False,
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 3, "data-counter": ""}),
        help_text=f"De {MIN_TEXT} a {MAX_TEXT} caracteres; obrigatório em “Outros”.",
    )
    guided = forms.CharField(required=False, max_length=1, widget=forms.HiddenInput)
    form_key = forms.UUIDField(widget=forms.HiddenInput(attrs={"autocomplete": "off"}))

    def __init__(
        self,
        *args: Any,
        firm_id: int,
        replaced: Invoice | None = None,
        follows_company: bool = False,
        now: datetime | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.follows_company = follows_company
        for name, sentence in REQUIRED.items():
            self.fields[name].error_messages["required"] = sentence
        self.fields["company"].error_messages["invalid_choice"] = NOT_OFFERED
        self.fields["service"].error_messages["invalid_choice"] = NOT_OFFERED
        self.firm_id, self.replaced, self.now = firm_id, replaced, now or timezone.now()
        self.found_taker: Taker | None = None
        self.found_place: City | None = None
        self.initial.setdefault("form_key", uuid.uuid4())
        self.initial.setdefault("competence_date", competence_today(self.now))
        self._offer_companies()
        self.company_id = self._chosen("company", [issuer.id for issuer in self.issuers])
        self._follow_company()
        self._follow_service()
        self._limit_dates()
        self._lock_fields()

    # --- What is offered -----------------------------------------------------------------------------
    def _offer_companies(self) -> None:
        self.issuers = list_issuers(self.firm_id, now=self.now)
        if self.replaced is not None:
            self.issuers = [each for each in self.issuers if each.id == self.replaced.company_id]
            self.initial["company"] = self.replaced.company_id
        ready = [issuer for issuer in self.issuers if issuer.is_ready]
        if len(ready) == 1:
            self.initial.setdefault("company", ready[0].id)
        blocked = [issuer for issuer in self.issuers if not issuer.is_ready]
        groups = [("Prontas para emitir", ready), ("Com pendências", blocked)]
        self.fields["company"].choices = [  # type: ignore[attr-defined]
            ("", "Escolha a empresa"),
            *[(label, _options(issuers)) for label, issuers in groups if issuers],
        ]

    def _follow_company(self) -> None:
        self.services: list[ServiceProfile] = []
        self.profile: TaxProfile | None = None
        if self.company_id is not None:
            self.services = list(list_services(self.firm_id, self.company_id))
            self.profile = find_tax_profile(self.firm_id, self.company_id)
        self.fields["service"].choices = [  # type: ignore[attr-defined]
            ("", self._ask_service()),
            *[(each.pk, each.nickname) for each in self.services],
        ]
        if not self.allows_unidentified:
            del self.fields["unidentified"]
        if self.replaced is None:
            del self.fields["reason"], self.fields["reason_text"]
        else:
            reasons = [("", "Escolha o motivo"), *SUBSTITUTION_REASONS.items()]
            self.fields["reason"].choices = reasons  # type: ignore[attr-defined]
            self.fields["reason"].required = True

    def _ask_service(self) -> str:
        if self.company_id is None:
            return "Escolha a empresa primeiro"
        return "Escolha o serviço" if self.services else "Nenhum serviço"

    def _follow_service(self) -> None:
        ids = [each.pk for each in self.services]
        default = next((each.pk for each in self.services if each.is_default), None)
        chosen = self._chosen("service", ids)
        if chosen is None and (self.follows_company or not self.is_bound or not self._typed("service")):
            chosen = default or (ids[0] if len(ids) == 1 else None)
        self.service_row = next((each for each in self.services if each.pk == chosen), None)
        if chosen is not None:
            self._fill_in("service", str(chosen))
        self._follow_description()
        self._follow_retentions()
        if not self.asks_place:
            del self.fields["place"], self.fields["place_code"]
        self.fields["withheld"].choices = [  # type: ignore[attr-defined]
            ("", self._describe_withheld()),
            ("yes", "Retido pelo tomador"),
            ("no", "Não retido"),
        ]

    def _describe_withheld(self) -> str:
        if self.company_id is None:
            return "Como no cadastro"
        return f"Como no cadastro ({'retido' if self._withheld_by_default else 'não retido'})"

    def _follow_retentions(self) -> None:
        """Rates of this note alone start from the service's, the first time that they are shown."""
        if not self.has_retentions:
            for name in ("federal", *RETENTIONS):
                del self.fields[name]
            return
        rates = self.service_row.federal_rates if self.service_row else NOTHING
        usual = describe_rates(rates) or "nada retido"
        self.fields["federal"].choices = [  # type: ignore[attr-defined]
            ("", f"Como no serviço ({usual})" if self.service_row else "Como no serviço"),
            (NO_RETENTION, "Nada retido nesta nota"),
            (OWN_RETENTION, "Outras alíquotas, só nesta nota"),
        ]
        if not self.asks_rates:
            for name in RETENTIONS:
                del self.fields[name]
        elif not any(self._has(name) for name in RETENTIONS):
            for name, value in rate_values(rates).items():
                self._fill_in(name, value)

    def _follow_description(self) -> None:
        """The service's model stands in the field until somebody writes over it."""
        model = self.service_row.description_template if self.service_row else ""
        written, filled = self._typed("description"), self._typed("described")
        if written.strip() == filled.strip():
            self._fill_in("description", model)
            self._fill_in("described", model)

    def _limit_dates(self) -> None:
        limits = {"max": competence_today(self.now).isoformat()}
        if self.replaced is None:
            limits["min"] = first_competence(self.now).isoformat()
        self.fields["competence_date"].widget.attrs.update(limits)

    def _lock_fields(self) -> None:
        """What a replacement may not change is shown and not typed."""
        self.locked = locked_fields(self.replaced) if self.replaced is not None else frozenset()
        for name in self.locked & set(self.fields):
            self.fields[name].widget.attrs["readonly"] = True
        if "service" in self.locked and self.service_row is not None:
            chosen = [each for each in self.services if each == self.service_row]
            self.fields["service"].choices = [(each.pk, each.nickname) for each in chosen]  # type: ignore[attr-defined]

    @property
    def locked_sentence(self) -> str:
        """What the replacement of a national note keeps, and the way out."""
        kept = "data, serviço e local" if "service" in self.locked else "tomador, data e valor"
        return (
            f"Neste regime, a nova nota tem {kept} da antiga. Para mudar isso, cancele a nota e emita outra."
        )

    @property
    def is_guided(self) -> bool:
        """Whether it is the test note at the end of the guided path, which has a draft of its own."""
        return bool(self._typed("guided"))

    @property
    def draft_name(self) -> str:
        """Names what the browser keeps of this form: a draft comes back to the page that it was typed in."""
        if self.replaced is not None:
            return f"substituir-{self.replaced.pk}"
        return f"comecar-{self.company_id}" if self.is_guided else "emitir"

    @property
    def asks_place(self) -> bool:
        return self.service_row is not None and self.service_row.incidence_rule == DIFFERENT_PLACE

    @property
    def has_retentions(self) -> bool:
        """Whether the chosen company's notes may state federal taxes that the taker withholds."""
        return self.issuer is not None and self.issuer.has_retentions

    @property
    def asks_rates(self) -> bool:
        return self.has_retentions and self._typed("federal") == OWN_RETENTION

    @property
    def allows_unidentified(self) -> bool:
        return self.profile is not None and self.profile.allow_unidentified_taker

    @property
    def _withheld_by_default(self) -> bool:
        by_service = self.service_row is not None and self.service_row.withheld_default
        return by_service or (self.profile is not None and self.profile.default_withheld)

    @property
    def issuer(self) -> IssuerChoice | None:
        """The chosen company, when it is one of the firm's."""
        return next((each for each in self.issuers if each.id == self.company_id), None)

    @property
    def issuer_is_test(self) -> bool:
        """Whether the note would have no fiscal value (N7)."""
        return self.issuer is not None and self.issuer.is_test

    def renew_key(self) -> None:
        """Take another key, after one that belongs to something else."""
        self._fill_in("form_key", str(uuid.uuid4()))

    # --- What was said -------------------------------------------------------------------------------
    def clean_description(self) -> str:
        return str(self.cleaned_data["description"]).strip()

    def clean_reason_text(self) -> str:
        text = " ".join(str(self.cleaned_data.get("reason_text", "")).split())
        needed = self.cleaned_data.get("reason") == OTHER_REASON
        if (text or needed) and not MIN_TEXT <= len(text) <= MAX_TEXT:
            raise forms.ValidationError(f"Explique o motivo com {MIN_TEXT} a {MAX_TEXT} caracteres.")
        return text

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self._forgive_hidden_fields()
        if not cleaned.get("unidentified"):
            self._find_taker(cleaned)
        if self.asks_place:
            self._find_place(cleaned)
        return cleaned

    def _forgive_hidden_fields(self) -> None:
        """Nobody can put right what nobody sees: only a lost key is told, and there is a new one."""
        for field in self.hidden_fields():
            if self.errors.pop(field.name, None) and field.name == "form_key":
                self.renew_key()
                self.add_error(None, FormKeyReused.message)

    def _find_taker(self, cleaned: dict[str, Any]) -> None:
        chosen, typed = cleaned.get("taker_id"), cleaned.get("taker", "")
        if chosen:
            self.found_taker = find_open_taker(self.firm_id, chosen)
        elif typed:
            self.found_taker = find_taker_by_text(self.firm_id, typed)
        if self.found_taker is None and "taker" not in self.errors:
            self.add_error("taker", CHOOSE_TAKER)

    def _find_place(self, cleaned: dict[str, Any]) -> None:
        code, typed = cleaned.get("place_code", ""), cleaned.get("place", "")
        if code:
            self.found_place = City.objects.filter(pk=code).first()
        elif typed:
            self.found_place = find_city_by_label(typed)
        if self.found_place is None and "place" not in self.errors:
            self.add_error("place", CHOOSE_CITY)

    def note(self) -> NoteInput:
        """What the person says of the note; after is_valid()."""
        said = self.cleaned_data
        substitutes = None
        if self.replaced is not None:
            substitutes = SubstitutionInput(self.replaced.pk, said["reason"], said.get("reason_text", ""))
        return NoteInput(
            company_id=said["company"],
            taker_id=self.found_taker.pk if self.found_taker else None,
            service_id=said["service"],
            amount=said["amount"],
            description=said["description"],
            competence_date=said["competence_date"],
            withheld={"yes": True, "no": False}.get(said.get("withheld", "")),
            federal=self._federal(said),
            place_city_code=self.found_place.ibge_code if self.found_place else "",
            substitutes=substitutes,
        )

    def _federal(self, said: dict[str, Any]) -> FederalRates | None:
        if said.get("federal") == OWN_RETENTION:
            return read_rates(said)
        return NOTHING if said.get("federal") == NO_RETENTION else None

    def kept(self) -> dict[str, str]:
        """Everything typed, to be filled in again when the person comes back."""
        return {name: str(self.data.get(name, "")) for name in self.base_fields if self.data.get(name)}

    def as_sent(self) -> dict[str, str]:
        """What the page would send if the person pressed the button as it is."""
        values = {name: self[name].value() for name in self.fields}
        return {
            name: "on" if value is True else str(value)
            for name, value in values.items()
            if value not in (None, "", False)
        }

    # --- Parts ---------------------------------------------------------------------------------------
    def _typed(self, name: str) -> str:
        if self.is_bound:
            return str(self.data.get(self.add_prefix(name), ""))
        return str(self.initial.get(name, ""))

    def _has(self, name: str) -> bool:
        """Whether the field was on the page that was sent, or is among the first values."""
        return self.add_prefix(name) in self.data if self.is_bound else name in self.initial

    def _chosen(self, name: str, ids: Sequence[int]) -> int | None:
        typed = self._typed(name)
        return (
            int(typed)
            if typed.isascii() and typed.isdigit() and len(typed) < 19 and int(typed) in ids
            else None
        )

    def _fill_in(self, name: str, value: str) -> None:
        if self.is_bound:
            self.data = {**dict(self.data.items()), self.add_prefix(name): value}
        else:
            self.initial[name] = value


def initial_of(firm_id: int, note: NoteInput) -> dict[str, Any]:
    """The first values of a form that starts from what was said of a note."""
    values: dict[str, Any] = {
        "company": note.company_id,
        "service": note.service_id,
        "amount": format_amount(note.amount),
        "description": note.description,
        "described": "",
        "competence_date": note.competence_date,
        "withheld": {True: "yes", False: "no", None: ""}[note.withheld],
        "place_code": note.place_city_code,
        "place": _place(note.place_city_code),
        **_retentions(note.federal),
    }
    taker = find_open_taker(firm_id, note.taker_id) if note.taker_id else None
    return values | (taker_values(taker) if taker else {"unidentified": True})


def taker_values(taker: Taker) -> dict[str, Any]:
    """A taker as the combobox shows it."""
    return {"taker_id": taker.pk, "taker": label_taker(taker)}


def format_amount(amount: Decimal) -> str:
    """Return reais as they are typed: 1.500,00."""
    return f"{amount:,.2f}".translate(str.maketrans(",.", ".,"))


def locked_fields(replaced: Invoice) -> frozenset[str]:
    """What a replacement of a national note may not change (E0060, E0061)."""
    if replaced.request.gateway != Gateway.NATIONAL:
        return frozenset()
    if replaced.request.snapshot.issuer.tax_regime is TaxRegime.NORMAL:
        return frozenset({"competence_date", "service", "place"})
    return frozenset({"competence_date", "taker", "amount"})


class CancelForm(RefusableForm):
    """Why a note is canceled (N14). `by_analysis`: the deadline is over, the city decides."""

    reason_code = forms.ChoiceField(label="Motivo", choices=[("", "Escolha o motivo"), *REASONS.items()])
    text = forms.CharField(
        label="Explique o motivo",
        min_length=MIN_TEXT,
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 3, "data-counter": ""}),
        help_text=f"De {MIN_TEXT} a {MAX_TEXT} caracteres. A prefeitura e o tomador podem ler.",
    )
    by_analysis = forms.BooleanField(required=False, widget=forms.HiddenInput)


class EmailForm(RefusableForm):
    """Where a note is sent to."""

    to = forms.EmailField(label="E-mail de quem recebe", max_length=254)
    form_key = forms.UUIDField(widget=forms.HiddenInput(attrs={"autocomplete": "off"}), initial=uuid.uuid4)


def _options(issuers: Sequence[IssuerChoice]) -> list[tuple[int, str]]:
    return [(issuer.id, issuer.label) for issuer in issuers]


def _retentions(federal: FederalRates | None) -> dict[str, str]:
    if federal is None:
        return {"federal": ""}
    return (
        {"federal": NO_RETENTION}
        if federal == NOTHING
        else {"federal": OWN_RETENTION, **rate_values(federal)}
    )


def _place(city_code: str) -> str:
    city = City.objects.filter(pk=city_code).first()
    return city.label if city else ""
