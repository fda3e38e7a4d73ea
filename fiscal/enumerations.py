"""The closed lists of the law and the authorities, each once: the stored value and the words for people."""

from enum import IntEnum, StrEnum
from typing import Self

from core.enumerations import Labeled


class Environment(Labeled):
    """Where a note is issued: `tpAmb` 1 and 2."""

    PRODUCTION = "production", "Produção"
    STAGING = "staging", "Homologação"


class Gateway(Labeled):
    """Through whom a note is issued (N6)."""

    NATIONAL = "national", "Emissor nacional"
    PLUGNOTAS = "plugnotas", "PlugNotas"


class TaxRegime(Labeled):
    MEI = "mei", "MEI"
    SIMPLES = "simples", "Simples Nacional (ME/EPP)"
    SIMPLES_EXCESS = "simples_excess", "Simples Nacional, acima do sublimite"
    NORMAL = "normal", "Regime normal"

    @property
    def is_simples(self) -> bool:
        """ME/EPP in the Simples Nacional, above the sublimit or not (opSimpNac 3)."""
        return self in {TaxRegime.SIMPLES, TaxRegime.SIMPLES_EXCESS}


class SpecialRegime(Labeled):
    """Special regimes of the ISS by name; each gateway maps them to its own number (N1)."""

    NONE = "none", "Nenhum"
    COOPERATIVE = "cooperative", "Cooperativa"
    ESTIMATE = "estimate", "Estimativa"
    MUNICIPAL_MICRO = "municipal_micro", "Microempresa municipal"
    NOTARY = "notary", "Notário ou registrador"
    SELF_EMPLOYED = "self_employed", "Profissional autônomo"
    PROFESSIONAL_SOCIETY = "professional_society", "Sociedade de profissionais"
    OTHER = "other", "Outro"


class SimplesApportionment(IntEnum):
    """regApTribSN."""

    label: str

    def __new__(cls, value: int, label: str = "") -> Self:
        member = int.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member

    ALL_INSIDE = 1, "Tributos federais e ISS pelo Simples"
    ISS_OUTSIDE = 2, "Federais pelo Simples, ISS por fora"
    ALL_OUTSIDE = 3, "Federais e ISS por fora do Simples"

    @classmethod
    def choices(cls) -> list[tuple[int, str]]:
        """Return code and label of every member, as fields of models and forms take them."""
        return [(member.value, member.label) for member in cls]


class IssTreatment(IntEnum):
    """tribISSQN."""

    TAXABLE = 1
    IMMUNE = 2
    EXPORT = 3
    NOT_INCIDENT = 4


class TotalTaxMode(Labeled):
    """How the approximate taxes of Lei 12.741 are stated (N2)."""

    NOT_INFORMED = "not_informed", "Não informar"
    SIMPLES_PERCENT = "simples_percent", "Percentual do Simples"
    PERCENTS = "percents", "Percentuais federal, estadual e municipal"
    AMOUNTS = "amounts", "Valores federal, estadual e municipal"


class WhoFixes(StrEnum):
    """Who can make a refused or unready note pass."""

    CLIENT = "client"
    FIRM = "firm"
    CLIENT_OR_FIRM = "client_or_firm"
    SYSTEM = "system"
    OPERATORS = "operators"
    OPERATORS_AND_FIRM = "operators_and_firm"
    NOBODY = "nobody"


class NoteStatus(Labeled):
    """What the authority says of a note."""

    AUTHORIZED = "authorized", "Autorizada"
    CANCELED = "canceled", "Cancelada"
    REPLACED = "replaced", "Substituída"
    ANALYSIS_PENDING = "analysis_pending", "Em análise fiscal"


class PisCofinsCst(Labeled):
    """CST of PIS and COFINS: of the layout's list, the situations of what a company sells."""

    NONE = "00", "00 - Nenhum"
    BASIC_RATE = "01", "01 - Tributável com alíquota básica"
    OTHER_RATE = "02", "02 - Tributável com alíquota diferenciada"
    RATE_BY_UNIT = "03", "03 - Tributável por unidade de medida"
    SINGLE_PHASE = "04", "04 - Monofásica, revenda a alíquota zero"
    SUBSTITUTION = "05", "05 - Substituição tributária"
    ZERO_RATE = "06", "06 - Tributável a alíquota zero"
    EXEMPT = "07", "07 - Isenta da contribuição"
    NOT_INCIDENT = "08", "08 - Sem incidência da contribuição"
    SUSPENDED = "09", "09 - Com suspensão da contribuição"
    OTHER_SALES = "49", "49 - Outras operações de saída"
    OTHER = "99", "99 - Outras operações"
