"""Forms of the tax profile and of services (N2, N3, A18). Which fields there are depends on the regime."""

from typing import Any

from django import forms

from core.errors import NitroError
from core.forms import NameField
from fiscal.enumerations import Gateway, SimplesApportionment, TaxRegime, TotalTaxMode
from fiscal.values import IbsCbs
from nfse.models import Company, ServiceProfile, TaxProfile
from nfse.selectors.code_tables import (
    label_cnae,
    label_nbs,
    label_service,
    list_cindop,
    search_cnaes,
    search_nbs,
    search_services,
)
from nfse.services.companies import InvalidCnae
from nfse.services.profiles import (
    MAX_SERIES,
    InvalidLimit,
    InvalidMunicipalCode,
    InvalidRate,
    InvalidSeries,
    NicknameTaken,
    ServiceData,
    TaxData,
    UnknownNbs,
    UnknownService,
    total_tax_mode_of,
)
from nfse.services.retentions import RetentionWithoutCst, TooMuchWithheld, UnknownCst
from portal.forms.fields import CodeField, MoneyField, PercentField
from portal.forms.retentions import FIELDS as RETENTIONS
from portal.forms.retentions import RetentionFields, rate_values, read_rates
from portal.forms.stored import StoredForm

PERCENTS = ("total_tax_federal", "total_tax_state", "total_tax_municipal")
IBS_CBS = ("cindop", "cst", "cclasstrib")
FIELD_OF_ERROR: dict[type[NitroError], str] = {
    InvalidSeries: "series",
    InvalidLimit: "limit_cents",
    UnknownService: "ctribnac",
    UnknownNbs: "cnbs",
    InvalidCnae: "cnae",
    InvalidRate: "iss_rate",
    InvalidMunicipalCode: "ctribmun",
    NicknameTaken: "nickname",
    RetentionWithoutCst: "pis_cofins_cst",
    UnknownCst: "pis_cofins_cst",
    TooMuchWithheld: "irrf_rate",
}


class TaxForm(StoredForm):
    """The tax profile of one company; fields that its regime does not have are not there."""

    field_of_error = FIELD_OF_ERROR

    simples_apportionment = forms.TypedChoiceField(
        label="Apuração no Simples Nacional",
        choices=[("", "Escolha"), *SimplesApportionment.choices()],
        coerce=int,
        help_text="Como os tributos da nota são recolhidos. Até o sublimite estadual, o comum é tudo pelo "
        "Simples; acima dele, o ISS passa a ser recolhido por fora, à prefeitura.",
        error_messages={"required": "Escolha como os tributos são apurados no Simples Nacional."},
    )
    total_tax_percent = PercentField(
        label="Percentual do Simples (%)",
        help_text="A alíquota efetiva do Simples, como na última apuração do PGDAS-D. Sai na nota como "
        "tributos aproximados (Lei 12.741/2012) e não muda o imposto.",
        error_messages={"required": "Informe o percentual do Simples: a Receita o exige nesta nota."},
    )
    total_tax_federal = PercentField(
        label="Tributos federais (%)", help_text="Aproximado, em geral o da tabela do IBPT para o serviço."
    )
    total_tax_state = PercentField(
        label="Tributos estaduais (%)", help_text="Em serviços sem ICMS, 0.", initial=None
    )
    total_tax_municipal = PercentField(
        label="Tributos municipais (%)", help_text="O ISS aproximado do município."
    )
    default_withheld = forms.BooleanField(
        label="O tomador retém o ISS, em regra",
        required=False,
        help_text="Vale para toda nota da empresa; cada nota pode ser mudada antes de emitir.",
    )
    send_municipal_registration = forms.BooleanField(
        label="Enviar a inscrição municipal na nota",
        required=False,
        help_text="Marque só se o município exige e a inscrição está no cadastro nacional (CNC): se ela não "
        "estiver lá, a nota é recusada.",
    )
    limit_cents = MoneyField(
        label="Limite por nota (R$)",
        help_text="Acima deste valor nenhuma nota sai, nem pelo WhatsApp: protege contra erro de digitação.",
        error_messages={"required": "Informe o limite por nota."},
    )
    allow_unidentified_taker = forms.BooleanField(
        label="Aceitar nota sem tomador identificado",
        required=False,
        help_text="Para quem atende consumidor final que não informa o CPF. Desmarcado, todo tomador tem "
        "CNPJ ou CPF.",
    )
    email_to_taker = forms.BooleanField(
        label="Enviar a nota ao tomador por e-mail quando for emitida",
        required=False,
        help_text="Vão o PDF e o XML, para o e-mail que está no cadastro do tomador na hora da confirmação. "
        "Sem e-mail nada é enviado. Só em produção: uma nota de teste nunca sai sozinha.",
    )
    series = forms.IntegerField(
        label="Série da DPS",
        min_value=1,
        max_value=MAX_SERIES,
        localize=False,
        help_text="De 1 a 49999. Use uma série só do Nitro: se outro programa emitir na mesma, os números "
        "se repetem e a nota é recusada.",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"), "A série da DPS vai de 1 a 49999."
        ),
    )
    cindop = forms.ChoiceField(
        label="Indicador da operação (cIndOp)",
        required=False,
        help_text="Define o local da operação para o IBS e a CBS (anexo C da NFS-e nacional).",
    )
    cst = forms.RegexField(
        r"^\d{3}$",
        label="CST",
        required=False,
        help_text="3 números. 000: tributação integral.",
        error_messages={"invalid": "O CST do IBS/CBS tem 3 números, como 000."},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    cclasstrib = forms.RegexField(
        r"^\d{6}$",
        label="Classificação tributária (cClassTrib)",
        required=False,
        help_text="6 números que começam pelo CST, como 000001.",
        error_messages={"invalid": "A classificação tributária tem 6 números, como 000001."},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, company: Company, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.regime = TaxRegime(company.tax_regime)
        self.mode = total_tax_mode_of(self.regime)
        for name in self._foreign_fields():
            del self.fields[name]
        choices = [(code.code, code.label) for code in list_cindop()]
        self.fields["cindop"].choices = [("", "Não informar"), *choices]  # type: ignore[attr-defined]
        for name in PERCENTS:
            if name in self.fields:
                self.fields[name].error_messages["required"] = "Informe o percentual; se não houver, 0."

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        given = [name for name in IBS_CBS if cleaned.get(name)]
        for name in IBS_CBS:
            if given and name not in given and name not in self.errors:
                self.add_error(
                    name, "Para informar o IBS/CBS, preencha os três campos; ou deixe os três vazios."
                )
        cst, classification = cleaned.get("cst", ""), cleaned.get("cclasstrib", "")
        if cst and classification and not classification.startswith(cst):
            self.add_error("cclasstrib", "A classificação tributária começa pelos 3 números do CST.")
        return cleaned

    def read(self) -> TaxData:
        """What a valid form says."""
        said = dict(self.cleaned_data)
        codes = {name: said.pop(name) for name in IBS_CBS}
        apportionment = said.pop("simples_apportionment", None)
        return TaxData(
            total_tax_mode=self.mode,
            simples_apportionment=SimplesApportionment(apportionment) if apportionment else None,
            ibs_cbs=IbsCbs(**codes) if codes["cindop"] else None,
            **said,
        )

    def _foreign_fields(self) -> set[str]:
        """Fields of other regimes (national.md 5.5)."""
        foreign = set()
        if not self.regime.is_simples:
            foreign.add("simples_apportionment")
        if self.mode != TotalTaxMode.SIMPLES_PERCENT:
            foreign.add("total_tax_percent")
        if self.mode != TotalTaxMode.PERCENTS:
            foreign.update(PERCENTS)
        if self.regime == TaxRegime.MEI:
            foreign.add("default_withheld")
        return foreign


def describe_profile(profile: TaxProfile | None) -> dict[str, Any]:
    """What the form shows of a stored profile; of none, what TaxData takes when nothing is said."""
    if profile is None:
        return {"limit_cents": TaxData.limit_cents, "series": TaxData.series}
    values = {name: getattr(profile, name) for name in TaxForm.base_fields if name not in IBS_CBS}
    return values | {name: (profile.ibs_cbs or {}).get(name, "") for name in IBS_CBS}


class ServiceForm(RetentionFields, StoredForm):
    """One service of a company, with its codes. The code has no default, nor has the rate (R87)."""

    field_of_error = FIELD_OF_ERROR

    nickname = NameField(
        label="Apelido",
        max_length=60,
        help_text="Como vocês chamam este serviço. Aparece na hora de emitir, não na nota.",
        error_messages={"required": "Dê um apelido ao serviço."},
    )
    ctribnac = CodeField(
        label="Código de tributação nacional",
        search=search_services,
        unknown=UnknownService.message,
        help_text="Da lista da NFS-e nacional, que segue a LC 116/2003. Procure por palavras ou pelo número.",
        error_messages={"required": "Escolha o código de tributação nacional na lista."},
    )
    incidence_rule = forms.ChoiceField(
        label="Onde o ISS é devido",
        choices=ServiceProfile.Incidence.choices,
        widget=forms.RadioSelect,
        help_text="A regra da LC 116/2003 é a cidade do prestador; as exceções do art. 3º vão para o local "
        "do serviço ou para a cidade do tomador.",
        error_messages={"required": "Escolha onde o ISS é devido."},
    )
    ctribmun = forms.CharField(
        label="Código de tributação municipal",
        required=False,
        max_length=3,
        help_text="3 números, só quando a prefeitura desdobra o código nacional.",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    cnbs = CodeField(
        label="NBS",
        required=False,
        search=search_nbs,
        unknown=UnknownNbs.message,
        help_text="Nomenclatura Brasileira de Serviços. A Receita a exige quando a nota informa IBS/CBS.",
    )
    cnae = CodeField(
        label="CNAE",
        required=False,
        search=search_cnaes,
        unknown="O CNAE não está na lista. Escolha um da lista ou deixe vazio.",
        help_text="A atividade deste serviço, uma das que estão no CNPJ da empresa.",
    )
    iss_rate = PercentField(label="Alíquota do ISS (%)", maximum=5, required=False)
    withheld_default = forms.BooleanField(
        label="O tomador retém o ISS deste serviço",
        required=False,
        help_text="Cada nota pode ser mudada antes de emitir.",
    )
    keywords = forms.CharField(
        label="Palavras-chave",
        required=False,
        max_length=400,
        help_text="Como o cliente pede este serviço, separadas por vírgula: site, manutenção, hospedagem. "
        "No WhatsApp, é por elas que o serviço é reconhecido.",
    )
    description_template = forms.CharField(
        label="Modelo de descrição",
        required=False,
        max_length=1000,
        help_text="O texto com que a descrição da nota começa; dá para mudar em cada nota.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, company: Company, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not company.states_federal_taxes:
            for name in RETENTIONS:
                del self.fields[name]
        if company.tax_regime == TaxRegime.MEI:
            del self.fields["iss_rate"], self.fields["withheld_default"]
        else:
            self.fields["iss_rate"].help_text = _rate_help(company)

    def clean_keywords(self) -> tuple[str, ...]:
        words = (word.strip() for word in self.cleaned_data["keywords"].replace(";", ",").split(","))
        found = tuple(word for word in words if word)
        if any(len(word) > 40 for word in found):
            raise forms.ValidationError("Cada palavra-chave tem até 40 letras. Separe-as por vírgula.")
        return found

    def read(self) -> ServiceData:
        """What a valid form says."""
        said = dict(self.cleaned_data)
        federal = read_rates(said)
        said = {name: value for name, value in said.items() if name not in RETENTIONS}
        rule = ServiceProfile.Incidence(said["incidence_rule"])
        return ServiceData(**(said | {"incidence_rule": rule, "federal": federal}))


def _rate_help(company: Company) -> str:
    """When the document states it (documents/rates.py)."""
    if company.gateway == Gateway.PLUGNOTAS:
        return "De 0 a 5%, a do município para este serviço. O PlugNotas não aceita nota sem ela."
    if TaxRegime(company.tax_regime).is_simples:
        return "De 0 a 5%. No Simples só sai na nota com ISS retido: é a alíquota efetiva do ISS."
    return "De 0 a 5%. Onde a prefeitura tem convênio, a Receita usa a alíquota que a prefeitura cadastrou."


def describe_service(service: ServiceProfile) -> dict[str, Any]:
    """What the form shows of a stored service."""
    values = {name: getattr(service, name) for name in ServiceForm.base_fields}
    return values | {
        **rate_values(service.federal_rates),
        "ctribnac": label_service(service.ctribnac),
        "cnbs": label_nbs(service.cnbs) if service.cnbs else "",
        "cnae": label_cnae(service.cnae) if service.cnae else "",
        "keywords": ", ".join(service.keywords),
    }
