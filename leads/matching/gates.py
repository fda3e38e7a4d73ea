"""What no evidence can outweigh (R38, R39)."""

from core.documents import is_cnpj
from leads.matching.values import CityIdentity
from registry.city_names import city_key
from registry.values import RegistryRecord

INVALID_CNPJ = "invalid_cnpj"
OTHER_CITY = "other_city"
INACTIVE = "inactive"


def find_closed_gate(city: CityIdentity, record: RegistryRecord) -> str:
    """Why `record` cannot be delivered in a search of `city` whatever its name; empty when it can (R39)."""
    if not is_cnpj(record.cnpj):
        return INVALID_CNPJ
    if not is_in_city(city, record):
        return OTHER_CITY
    return "" if record.is_active else INACTIVE


def is_in_city(city: CityIdentity, record: RegistryRecord) -> bool:
    """Whether the record lies in the city: by IBGE code, else SIAFI code, else name and UF."""
    if record.uf and record.uf != city.uf:
        return False
    if record.ibge_code:
        return record.ibge_code == city.ibge_code
    if record.siafi_code:
        return record.siafi_code == city.siafi_code
    return bool(record.uf) and city_key(record.city_name) in map(city_key, city.folded_names)
