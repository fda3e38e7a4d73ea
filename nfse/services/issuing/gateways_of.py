"""The gateway of one stored request, with the company's certificate and the trail of its answers."""

from fiscal.enumerations import Environment, Gateway
from fiscal.gateways import get_gateway
from fiscal.gateways.base import (
    Exchange,
    NFSeGateway,
    NoteReference,
    PreparedNote,
    Recorder,
)
from nfse.models import GatewayExchange, InvoiceRequest
from nfse.services.certificates import load_certificate


def open_gateway(request: InvoiceRequest) -> NFSeGateway:
    """Return the gateway that this request was confirmed for. Outside of any transaction.

    Raises:
        NoCertificate, CertificateRefused: the company has no certificate that may sign now (R95).
    """
    certificate = None
    if request.gateway == Gateway.NATIONAL:
        certificate = load_certificate(firm_id=request.firm_id, company_id=request.company_id)
    return get_gateway(
        request.gateway,
        environment=Environment(request.environment),
        city_code=request.city_code,
        certificate=certificate,
        record=recorder(request),
    )


def recorder(request: InvoiceRequest) -> Recorder:
    """Return what keeps each answer for this request."""

    def record(exchange: Exchange) -> None:
        GatewayExchange.objects.create(
            firm_id=request.firm_id,
            request_id=request.pk,
            gateway=exchange.gateway,
            operation=exchange.operation[:40],
            status=exchange.status,
            text=exchange.text,
        )

    return record


def prepared_note(request: InvoiceRequest) -> PreparedNote:
    """Return what was stored before the first send."""
    return PreparedNote(
        id=request.prepared_id,
        issuer_document=request.issuer_document,
        payload=request.payload,
        sha256=request.payload_sha256,
        layout=request.layout,
    )


def reference_of(request: InvoiceRequest) -> NoteReference:
    """Return what the gateway calls this request's note, as far as it is known."""
    if request.reference:
        return NoteReference.from_stored(request.reference, request.issuer_document)
    return NoteReference(
        issuer_document=request.issuer_document,
        dps_id=request.dps_id or "",
        integration_id=request.integration_id,
    )
