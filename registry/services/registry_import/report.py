"""What was read and what became of it: for every table, read = inserted + duplicates + rejected."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone


@dataclass
class TableCounts:
    """Lines of the files of one table. `rejected` by reason."""

    read: int = 0
    inserted: int = 0
    duplicates: int = 0
    rejected: Counter[str] = field(default_factory=Counter)

    @property
    def is_balanced(self) -> bool:
        return self.read == self.inserted + self.duplicates + self.rejected.total()

    def as_json(self) -> dict[str, Any]:
        return {
            "read": self.read,
            "inserted": self.inserted,
            "duplicates": self.duplicates,
            "rejected": dict(sorted(self.rejected.items())),
        }


@dataclass
class ImportReport:
    """The whole load. `repairs` counts values that were made empty or mended, by defect (§3.3)."""

    delivery_date: date | None = None
    files: int = 0
    seconds: float = 0.0
    tables: dict[str, TableCounts] = field(default_factory=dict)
    repairs: Counter[str] = field(default_factory=Counter)
    derived: dict[str, int] = field(default_factory=dict)

    @property
    def is_too_old(self) -> bool:
        """Whether no search may use the data (L11): each company would be asked of a provider, and paid."""
        limit = timezone.localdate() - timedelta(days=settings.LEADS_REGISTRY_MAX_AGE_DAYS)
        return self.delivery_date is not None and self.delivery_date < limit

    @property
    def warning(self) -> str:
        """What the person who loads must know of the delivery as a whole; empty when all is well."""
        if not self.is_too_old:
            return ""
        return (
            f"ATENÇÃO: esta entrega é de {self.delivery_date:%d/%m/%Y} e tem mais de "
            f"{settings.LEADS_REGISTRY_MAX_AGE_DAYS} dias. Nenhuma busca vai usar estes dados: cada empresa "
            "será consultada, e paga, nos provedores. Carregue uma entrega mais nova."
        )

    def as_json(self) -> dict[str, Any]:
        return {
            "warning": self.warning,
            "delivery_date": self.delivery_date.isoformat() if self.delivery_date else None,
            "files": self.files,
            "seconds": round(self.seconds, 1),
            "tables": {name: counts.as_json() for name, counts in self.tables.items()},
            "repairs": dict(sorted(self.repairs.items())),
            "derived": self.derived,
        }
