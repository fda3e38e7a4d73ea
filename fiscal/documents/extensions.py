"""The extensions of a certificate, each read on its own (RFC 5280, contract 1.2).

`cryptography` reads all of them or none: one alternative name that it does not take, an e-mail with an
accent, would hide the key usage too, and a good certificate would be refused.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, TypeVar

from cryptography import x509
from cryptography.hazmat import asn1
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID

_Read = TypeVar("_Read")
_OTHER_NAME, _SEQUENCE = b"\xa0", b"\x30"
_DIGITAL_SIGNATURE, _NON_REPUDIATION = 0x80, 0x40


@asn1.sequence
class _Extension:
    identifier: x509.ObjectIdentifier
    critical: Annotated[bool, asn1.Default(False)]
    value: bytes


@asn1.sequence
class _Certificate:
    version: Annotated[int, asn1.Explicit(0)]
    serial: asn1.TLV
    algorithm: asn1.TLV
    issuer: asn1.TLV
    validity: asn1.TLV
    subject: asn1.TLV
    public_key: asn1.TLV
    extensions: Annotated[list[_Extension], asn1.Explicit(3)]


@asn1.sequence
class _Authority:
    is_authority: Annotated[bool, asn1.Default(False)]
    path_length: int | None


@asn1.sequence
class _OtherName:
    kind: x509.ObjectIdentifier
    value: Annotated[asn1.TLV, asn1.Explicit(0)]


@asn1.sequence
class _Box:
    inner: asn1.TLV


@asn1.sequence
class _Names:
    items: list[asn1.TLV]


@asn1.sequence
class _Purposes:
    items: list[x509.ObjectIdentifier]


@dataclass(frozen=True)
class Extensions:
    """What a certificate's extensions say. None: the extension is missing, or cannot be read.

    `unreadable` names, in Portuguese, what is there and could not be read.
    """

    is_authority: bool | None = None
    for_clients: bool | None = None
    for_signing: bool | None = None
    other_names: dict[x509.ObjectIdentifier, str] = field(default_factory=dict)
    unreadable: tuple[str, ...] = ()


USES, PURPOSES, NAMES, CONSTRAINTS, ALL = (
    "os usos da chave",
    "as finalidades",
    "os nomes alternativos",
    "as restrições",
    "as extensões",
)


def read_extensions(certificate: x509.Certificate) -> Extensions:
    """Return what can be read of a certificate's extensions. Never raises on it."""
    try:
        found = asn1.decode_der(_Certificate, certificate.tbs_certificate_bytes).extensions
    except ValueError:
        return Extensions(unreadable=() if certificate.version is x509.Version.v1 else (ALL,))
    reader = _Reader({each.identifier: each.value for each in found}, len(found))
    read = reader.read(ExtensionOID.SUBJECT_ALTERNATIVE_NAME, NAMES, _other_names)
    names, all_names_read = read or ({}, True)
    return Extensions(
        is_authority=reader.read(ExtensionOID.BASIC_CONSTRAINTS, CONSTRAINTS, _is_authority),
        for_clients=reader.read(ExtensionOID.EXTENDED_KEY_USAGE, PURPOSES, _is_for_clients),
        for_signing=reader.read(ExtensionOID.KEY_USAGE, USES, _is_for_signing),
        other_names=names,
        unreadable=(*reader.unreadable, *(() if all_names_read else (NAMES,))),
    )


class _Reader:
    """Reads extensions by identifier and keeps the names of those that could not be."""

    def __init__(self, values: dict[x509.ObjectIdentifier, bytes], count: int) -> None:
        self.values = values if len(values) == count else {}
        self.unreadable: list[str] = [] if len(values) == count else [ALL]  # one is there twice

    def read(
        self, identifier: x509.ObjectIdentifier, label: str, decode: Callable[[bytes], _Read]
    ) -> _Read | None:
        value = self.values.get(identifier)
        if value is None:
            return None
        try:
            return decode(value)
        except ValueError:
            self.unreadable.append(label)
            return None


def _is_authority(value: bytes) -> bool:
    return asn1.decode_der(_Authority, value).is_authority


def _is_for_clients(value: bytes) -> bool:
    return ExtendedKeyUsageOID.CLIENT_AUTH in asn1.decode_der(_Purposes, _boxed(value)).items


def _is_for_signing(value: bytes) -> bool:
    uses = asn1.decode_der(asn1.BitString, value).as_bytes()[:1]
    needed = _DIGITAL_SIGNATURE | _NON_REPUDIATION
    return bool(uses) and uses[0] & needed == needed


def _other_names(value: bytes) -> tuple[dict[x509.ObjectIdentifier, str], bool]:
    """Return the otherNames by kind, and whether all of them could be read."""
    names: dict[x509.ObjectIdentifier, str] = {}
    all_read = True
    for name in asn1.decode_der(_Names, _boxed(value)).items:
        if name.tag_bytes != _OTHER_NAME:
            continue
        try:
            other = asn1.decode_der(_OtherName, _SEQUENCE + asn1.encode_der(name)[1:])
        except ValueError:
            all_read = False
        else:
            names[other.kind] = bytes(other.value.data).decode("latin-1").strip().upper()
    return names, all_read


def _boxed(value: bytes) -> bytes:
    """A list around a list: asn1 decodes classes, whose field the list then is."""
    return asn1.encode_der(_Box(inner=asn1.decode_der(asn1.TLV, value)))
