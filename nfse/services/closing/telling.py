"""Telling who asked for a package how it ended; inside the caller's transaction (A28)."""

from core.formatting import format_number
from nfse.models import Notice, Package
from nfse.services.notices import EVERYBODY, notify

REFERENCES = {Package.Kind.CLOSING: "closing", Package.Kind.INVOICES: "export"}


def tell_ready(package: Package) -> None:
    """The file can be taken."""
    _tell(package, "ready", f"{_name(package)}: pronto para baixar", _ready_text(package))


def tell_failed(package: Package) -> None:
    """It was not made."""
    _tell(package, "failed", f"{_name(package)}: não foi gerado", package.problem)


def _tell(package: Package, event: str, title: str, text: str) -> None:
    notify(
        firm_id=package.firm_id,
        kind=Notice.Kind.CLOSING,
        title=title[:120],
        text=text[:500],
        dedupe_key=f"package:{package.pk}:{event}",
        roles=EVERYBODY,
        only_user_ids=[package.requested_by_id],
        company_id=package.company_id,
        reference_type=REFERENCES[Package.Kind(package.kind)],
        reference_id=package.pk,
    )


def _name(package: Package) -> str:
    if package.month is None:
        return "Exportação de notas"
    company = f" de {package.company.display_name}" if package.company else ""
    return f"Fechamento {package.month:%m/%Y}{company}"


def _ready_text(package: Package) -> str:
    until = "O arquivo fica disponível por 30 dias."
    if package.kind == Package.Kind.INVOICES:
        return f"{format_number(package.counts['notes'])} linhas. {until}"
    count, to_check = package.counts["notes"], package.counts["to_check"]
    notes = "1 nota." if count == 1 else f"{format_number(count)} notas."
    doubts = f" {format_number(to_check)} a conferir." if to_check else ""
    return f"{notes}{doubts} {until}"
