"""What firms, companies and takers share: address, existing city, CEP, and a phone stored as E.164."""

import re

from django.core.exceptions import ObjectDoesNotExist

from core.errors import NitroError
from core.phones import parse_phone
from registry.models import City
from registry.values import ADDRESS_LINES, AddressLines


class UnknownCity(NitroError):
    """The code is of no city of the list; there is no default city (R87)."""

    message = "Escolha a cidade na lista: comece a digitar e selecione “Cidade - UF”."


class InvalidPhone(NitroError):
    message = "Telefone inválido. Informe o DDD e o número, como (55) 99912-3456."


class InvalidPostalCode(NitroError):
    message = "CEP inválido. Use os 8 números."


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


def clean_address(lines: AddressLines) -> dict[str, str]:
    """Return the columns of an address, without the city. Raises InvalidPostalCode."""
    columns = {name: getattr(lines, name).strip() for name in ADDRESS_LINES}
    return columns | {"postal_code": clean_postal_code(lines.postal_code)}


def clean_postal_code(text: str) -> str:
    """Return the eight digits of a CEP; empty stays empty. Raises InvalidPostalCode."""
    digits = re.sub(r"[\s.-]", "", text)
    if digits and not re.fullmatch(r"[0-9]{8}", digits):
        raise InvalidPostalCode
    return digits


def clean_phone(text: str) -> str:
    """Return a phone as E.164; empty stays empty. Raises InvalidPhone."""
    if not text.strip():
        return ""
    phone = parse_phone(text)
    if phone is None:
        raise InvalidPhone
    return phone.e164
