"""The certificate that the site shows to browsers."""

import socket
import ssl
from datetime import UTC, datetime

from core.errors import Refused, Unavailable

SECONDS = 10


def read_certificate_end(*, host: str, port: int, name: str, trusted: str | None = None) -> datetime:
    """Return until when the certificate is valid that `host` shows for `name`, checked as browsers do.

    `trusted`: a file of authorities; None: those of the system. Raises Refused when a browser would warn of
    the certificate, Unavailable when nobody answers there.
    """
    context = ssl.create_default_context(cafile=trusted)
    try:
        with (
            socket.create_connection((host, port), timeout=SECONDS) as plain,
            context.wrap_socket(plain, server_hostname=name) as secured,
        ):
            shown = secured.getpeercert() or {}
    except ssl.SSLCertVerificationError as error:
        raise Refused("certificate", f"O certificado não é aceito: {error.verify_message}.") from error
    except OSError as error:
        raise Unavailable(f"{name} não responde por TLS.", detail=type(error).__name__) from error
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(shown["notAfter"])), UTC)
