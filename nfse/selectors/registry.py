"""What the Receita is known to say of a CNPJ: for pages, and for the rows that follow it (A20, N9; R47, R89).

Nothing here asks anybody: `nfse.services.registry.ask_registry` does.
"""

from dataclasses import dataclass
from datetime import datetime

from core.documents import is_cnpj, normalize_cnpj
from nfse.selectors.code_tables import label_cnae
from registry.models import CnpjRecord
from registry.selectors.lookups import find_cnpj_record, is_fresh
from registry.values import BLOCKING_STATUSES, DOUBTFUL_STATUSES, CompanySize, RegistryRecord

SOURCES = {
    "open_data": "dados abertos da Receita Federal",
    "brasilapi": "Receita Federal, pela BrasilAPI",
    "viper": "Receita Federal, por serviço de consulta",
}


@dataclass(frozen=True)
class RegistryAnswer:
    """What is known of a CNPJ now. `record` may be older data while newer ones are on their way."""

    cnpj: str
    state: str
    record: RegistryRecord | None
    fetched_at: datetime | None
    is_doubted: bool = False
    """One source does not know it and another did not answer: less than a denial (R47), more than silence."""

    can_be_asked: bool = False
    """There is no answer, or an old one: asking would have it looked up."""

    @property
    def is_pending(self) -> bool:
        return self.state == CnpjRecord.State.PENDING

    @property
    def is_known(self) -> bool:
        return self.record is not None and not self.is_pending

    @property
    def status(self) -> str:
        """The Receita's two digits; empty without data."""
        return self.record.status if self.record else ""

    @property
    def is_blocking(self) -> bool:
        """NULA or BAIXADA: no note can be made out to it (N9)."""
        return self.status in BLOCKING_STATUSES

    @property
    def is_doubtful(self) -> bool:
        """SUSPENSA or INAPTA: the person is asked (N9)."""
        return self.status in DOUBTFUL_STATUSES

    @property
    def source_name(self) -> str:
        return SOURCES.get(self.record.source, self.record.source) if self.record else ""

    @property
    def size_name(self) -> str:
        return CompanySize.label_of(self.record.size) if self.record else ""

    @property
    def cnae(self) -> str:
        return label_cnae(self.record.main_cnae) if self.record and self.record.main_cnae else ""

    @property
    def regime(self) -> str:
        """What the source says of the Simples; a hint, never a default (R87)."""
        if self.record and self.record.is_mei:
            return "Optante pelo Simples Nacional como MEI"
        return "Optante pelo Simples Nacional" if self.record and self.record.is_simples else ""


@dataclass(frozen=True)
class StatusFacts:
    """The `situação cadastral` of a document and the moment that it is of; nothing is known without both."""

    status: str = ""
    fetched_at: datetime | None = None


def read_registry(cnpj: str) -> RegistryAnswer | None:
    """Return what is known of a CNPJ (masked or not), or None when nobody asked. Raises InvalidCnpj."""
    row = find_cnpj_record(normalize_cnpj(cnpj))
    return describe_record(row) if row else None


def describe_record(row: CnpjRecord) -> RegistryAnswer:
    """Return what a row of the registry says, with what may be done about it."""
    is_doubted = row.state == CnpjRecord.State.UNKNOWN and bool(row.silent_sources)
    can_be_asked = row.state != CnpjRecord.State.PENDING and not is_fresh(row)
    return RegistryAnswer(row.cnpj, row.state, row.record, row.fetched_at, is_doubted, can_be_asked)


def find_status(document: str) -> StatusFacts | None:
    """Return the newest status that is known of a document; None for a CPF, and of a CNPJ without data."""
    answer = read_registry(document) if is_cnpj(document) else None
    return StatusFacts(answer.status, answer.fetched_at) if answer and answer.record else None
