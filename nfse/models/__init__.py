"""Tables of the nfse app; each module's models are re-exported here by its owner."""

from nfse.models.certificates import Certificate, CertificateNotice, CertificateSecret
from nfse.models.closings import Package
from nfse.models.companies import Company, ServiceProfile, TaxProfile
from nfse.models.distribution import DistributionCursor
from nfse.models.firms import Firm, Invite
from nfse.models.invoices import (
    GatewayExchange,
    Invoice,
    InvoiceRequest,
    NoteEvent,
    NumberSeries,
    RequestEvent,
)
from nfse.models.letters import NoteEmail
from nfse.models.logos import FirmLogo
from nfse.models.notices import Notice
from nfse.models.phones import AuthorizedPhone
from nfse.models.pictures import NotePicture
from nfse.models.takers import Taker
from nfse.models.trail import ChangeRecord

__all__ = [
    "AuthorizedPhone",
    "Certificate",
    "CertificateNotice",
    "CertificateSecret",
    "ChangeRecord",
    "Company",
    "DistributionCursor",
    "Firm",
    "FirmLogo",
    "GatewayExchange",
    "Invite",
    "Invoice",
    "InvoiceRequest",
    "NoteEmail",
    "NoteEvent",
    "NotePicture",
    "Notice",
    "NumberSeries",
    "Package",
    "RequestEvent",
    "ServiceProfile",
    "Taker",
    "TaxProfile",
]
