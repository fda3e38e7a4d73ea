"""The company's certificate as a TLS client (contract 1.3, libraries.md §6)."""

import os
import secrets
import ssl
import tempfile
from pathlib import Path

from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from core.http import ClientIdentity
from fiscal.gateways.base import CertificateRejected
from fiscal.values import LoadedCertificate


def identity_of(certificate: LoadedCertificate) -> ClientIdentity:
    """Return who the company is to SEFIN. Its key is loaded when a connection pool is opened."""
    return ClientIdentity(certificate.fingerprint, lambda: make_context(certificate))


def make_context(certificate: LoadedCertificate) -> ssl.SSLContext:
    """Return a context that verifies the server and holds the key and the chain.

    SEFIN asks for the certificate by renegotiation, so that is never switched off, and TLS 1.3 servers may
    ask after the handshake.

    Raises:
        CertificateRejected: key and certificate do not belong together. ImproperlyConfigured: SEFIN_CA_FILE.
    """
    context = ssl.create_default_context()
    _trust(context, settings.SEFIN_CA_FILE)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.post_handshake_auth = True
    try:
        _load(context, certificate)
    except ssl.SSLError as error:
        raise CertificateRejected("key", detail="the key cannot be loaded") from error
    return context


def _trust(context: ssl.SSLContext, file: str) -> None:
    """Trust one authority more: the sandbox's, outside production."""
    if not file:
        return
    try:
        context.load_verify_locations(file)
    except (OSError, ssl.SSLError) as error:
        raise ImproperlyConfigured(f"SEFIN_CA_FILE cannot be read: {type(error).__name__}") from error


def _load(context: ssl.SSLContext, certificate: LoadedCertificate) -> None:
    """OpenSSL reads keys from files only: an encrypted one, readable by us alone, gone at once."""
    password = secrets.token_urlsafe(32)
    key = certificate.private_key.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(password.encode())
    )
    chain = [certificate.certificate, *certificate.chain]
    descriptor, name = tempfile.mkstemp(prefix="nitro-", suffix=".pem")  # 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(key + b"".join(each.public_bytes(Encoding.PEM) for each in chain))
        context.load_cert_chain(name, password=password)
    finally:
        Path(name).unlink(missing_ok=True)
