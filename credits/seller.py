"""Who sells the credits: what receipts say of it."""

from dataclasses import dataclass

from django.conf import settings

from core.documents import format_cnpj, is_cnpj
from credits.models import Order


@dataclass(frozen=True)
class Seller:
    """Each is "" where nothing is set; `check --deploy` names what is missing."""

    legal_name: str
    cnpj: str
    address: str

    @property
    def is_known(self) -> bool:
        return bool(self.legal_name or self.cnpj)


def seller_of(order: Order) -> Seller:
    """Return who sold, as it was when the order was paid; where nothing was set then, who sells now."""
    return Seller(**order.seller) if order.seller else read_seller()


def read_seller() -> Seller:
    """Return who sells now, from the settings, with its CNPJ as it is written."""
    cnpj = settings.SELLER_CNPJ.strip()
    return Seller(
        legal_name=settings.SELLER_LEGAL_NAME.strip(),
        cnpj=format_cnpj(cnpj) if is_cnpj(cnpj) else "",
        address=settings.SELLER_ADDRESS.strip(),
    )
