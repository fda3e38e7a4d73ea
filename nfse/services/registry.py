"""Asking the Receita about a CNPJ (A20, R47, R55)."""

from nfse.selectors.registry import RegistryAnswer, describe_record
from registry.services.lookups import request_cnpj


def ask_registry(cnpj: str) -> RegistryAnswer:
    """Have a CNPJ (masked or not) looked up if need be, and return what is known now. Raises InvalidCnpj."""
    return describe_record(request_cnpj(cnpj=cnpj))
