"""Companies looked up one by one (R101)."""

from registry.models import CnpjRecord


def get_cnpj_record(cnpj: str) -> CnpjRecord:
    """Return what is known of a CNPJ (14 characters, no mask). Raises CnpjRecord.DoesNotExist."""
    return CnpjRecord.objects.get(cnpj=cnpj)


def find_cnpj_record(cnpj: str) -> CnpjRecord | None:
    """Return what is known of a CNPJ (14 characters, no mask), or None when nobody asked yet."""
    return CnpjRecord.objects.filter(cnpj=cnpj).first()
