"""Letters to the operators of Nitro about what needs them."""

from django.db import transaction

from accounts.services import write_to_operators
from core.mail import Letter
from nfse.models import Firm, Package
from queue_worker.services import enqueue

TELL_FIRM_TAKEN = "nfse.tell_firm_taken"
TELL_PACKAGE_FAILED = "nfse.tell_package_failed"


def tell_operators(*, kind: str, key: str, **ids: int) -> None:
    """Ask for one letter of a kind to the operators; while it waits, the same `key` asks for no other."""
    with transaction.atomic():
        enqueue(kind=kind, payload=ids, dedupe_key=key, priority=60)


def write_firm_taken(*, firm_id: int) -> Letter | None:
    """Write that somebody tried to register a firm that is registered."""
    cnpj = Firm.objects.get(pk=firm_id).document
    return write_to_operators(
        subject="Cadastro repetido de contabilidade",
        text=f"Alguém tentou cadastrar de novo a contabilidade de CNPJ {cnpj}. Confira com ela.",
    )


def write_package_failed(*, package_id: int) -> Letter | None:
    """Write why a package of notes was not made."""
    package = Package.objects.get(pk=package_id)
    return write_to_operators(
        subject="Um pacote de notas não foi gerado",
        text=f"Pacote {package.pk} da contabilidade {package.firm_id}: {package.problem}",
    )
