"""Rows for tests of and above the registry. Numbers have right check digits."""

from typing import Any

from stdnum.br.cnpj import calc_check_digits

from registry.models import City

SANTA_MARIA = "4316907"


def make_city(ibge_code: str = SANTA_MARIA, name: str = "Santa Maria", uf: str = "RS", **fields: Any) -> City:
    """A city as load_catalogs writes it; Santa Maria has area code 55, equal to the country's."""
    values = {
        "name": name,
        "uf": uf,
        "folded_name": name.lower(),
        "siafi_code": "8841" if ibge_code == SANTA_MARIA else ibge_code[-4:],
        "latitude": -29.6842,
        "longitude": -53.8069,
        "area_code": "55",
    }
    return City.objects.get_or_create(ibge_code=ibge_code, defaults=values | fields)[0]


def make_cnpj(number: int) -> str:
    """The CNPJ of the fictional root 99xxxxxx."""
    start = f"99{number:06d}0001"
    return start + calc_check_digits(start)
