"""What firms, companies and takers share: the city must exist, and a phone is stored as E.164."""

from django.core.exceptions import ObjectDoesNotExist

from core.errors import NitroError
from core.phones import parse_phone
from registry.models import City


class UnknownCity(NitroError):
    """The code is of no city of the list; there is no default city (R87)."""

    message = "Escolha a cidade na lista: comece a digitar e selecione “Cidade - UF”."


class InvalidPhone(NitroError):
    message = "Telefone inválido. Informe o DDD e o número, como (55) 99912-3456."


def check_city(ibge_code: str, *, required: bool = True) -> str | None:
    """Return the IBGE code of a city that exists, or None when empty and not required.

    Raises UnknownCity.
    """
    if not ibge_code and not required:
        return None
    try:
        City.objects.only("pk").get(pk=ibge_code)
    except ObjectDoesNotExist:
        raise UnknownCity from None
    return ibge_code


def clean_phone(text: str) -> str:
    """Return a phone as E.164; empty stays empty. Raises InvalidPhone."""
    if not text.strip():
        return ""
    phone = parse_phone(text)
    if phone is None:
        raise InvalidPhone
    return phone.e164
