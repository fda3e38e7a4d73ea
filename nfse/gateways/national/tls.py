"""The company's certificate as a TLS client (contract 1.3, libraries.md §6)."""

import os
import secrets
import ssl
import tempfile
from pathlib import Path

from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat
from django.conf import settings

from core.http import ClientIdentity
from nfse.values import LoadedCertificate


def identity_of(certificate: LoadedCertificate) -> ClientIdentity:
    """Return who the company is to SEFIN. Its key is loaded when a connection pool is opened."""
    return ClientIdentity(certificate.fingerprint, lambda: make_context(certificate))


def make_context(certificate: LoadedCertificate) -> ssl.SSLContext:
    """Return a context that verifies the server and holds the key and the chain.

    SEFIN asks for the certificate by renegotiation, so that is never switched off, and TLS 1.3 servers may
    ask after the handshake.
    """
    context = ssl.create_default_context()
    if settings.SEFIN_CA_FILE:
        context.load_verify_locations(settings.SEFIN_CA_FILE)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.post_handshake_auth = True
    _load(context, certificate)
    return context


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
