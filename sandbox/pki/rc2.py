"""PFX files as old Windows programs write them: RC2-40 for certificates, 3DES for the key, SHA-1 (RFC 7292).

cryptography reads these and does not write them.
"""

import hashlib
import hmac
import os

from cryptography import x509
from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.padding import PKCS7
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from sandbox.pki.rc2_cipher import encrypt_cbc

ROUNDS = 2048
BLOCK = 64  # of SHA-1, in bytes
DATA = bytes.fromhex("2a864886f70d010701")
ENCRYPTED_DATA = bytes.fromhex("2a864886f70d010706")
PBE_3DES = bytes.fromhex("2a864886f70d010c0103")
PBE_RC2_40 = bytes.fromhex("2a864886f70d010c0106")
KEY_BAG = bytes.fromhex("2a864886f70d010c0a0102")
CERTIFICATE_BAG = bytes.fromhex("2a864886f70d010c0a0103")
X509_CERTIFICATE = bytes.fromhex("2a864886f70d01091601")
FRIENDLY_NAME = bytes.fromhex("2a864886f70d010914")
LOCAL_KEY_ID = bytes.fromhex("2a864886f70d010915")
SHA1 = bytes.fromhex("2b0e03021a")


def serialize(name: str, key: rsa.RSAPrivateKey, chain: list[x509.Certificate], password: str) -> bytes:
    """Write the key, its certificate (first of the chain) and the rest of the chain."""
    secret = password.encode("utf-16-be") + b"\0\0"
    key_id = hashlib.sha1(chain[0].public_bytes(Encoding.DER), usedforsecurity=False).digest()
    marks = _set(
        _attribute(FRIENDLY_NAME, _tlv(0x1E, name.encode("utf-16-be"))),
        _attribute(LOCAL_KEY_ID, _octets(key_id)),
    )
    bags = [_certificate_bag(each, marks if place == 0 else b"") for place, each in enumerate(chain)]
    certificates = _encrypted(_sequence(*bags), secret)
    plain_key = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    algorithm, text = _encrypt(PBE_3DES, plain_key, secret)
    key_bag = _sequence(_oid(KEY_BAG), _explicit(_sequence(algorithm, _octets(text))), marks)
    content = _sequence(certificates, _content(DATA, _octets(_sequence(key_bag))))
    salt = os.urandom(8)
    digest = hmac.new(_derive(3, 20, secret, salt), content, "sha1").digest()
    mac = _sequence(
        _sequence(_sequence(_oid(SHA1), _tlv(5, b"")), _octets(digest)), _octets(salt), _integer(ROUNDS)
    )
    return _sequence(_integer(3), _content(DATA, _octets(content)), mac)


def _certificate_bag(certificate: x509.Certificate, marks: bytes) -> bytes:
    value = _sequence(_oid(X509_CERTIFICATE), _explicit(_octets(certificate.public_bytes(Encoding.DER))))
    return _sequence(_oid(CERTIFICATE_BAG), _explicit(value), marks)


def _encrypted(bags: bytes, secret: bytes) -> bytes:
    algorithm, text = _encrypt(PBE_RC2_40, bags, secret)
    info = _sequence(_oid(DATA), algorithm, _tlv(0x80, text))
    return _content(ENCRYPTED_DATA, _sequence(_integer(0), info))


def _encrypt(scheme: bytes, text: bytes, secret: bytes) -> tuple[bytes, bytes]:
    """Encrypt by a scheme of PKCS #12; return its AlgorithmIdentifier and the cipher text."""
    salt = os.urandom(8)
    padder = PKCS7(64).padder()
    padded = padder.update(text) + padder.finalize()
    algorithm = _sequence(_oid(scheme), _sequence(_octets(salt), _integer(ROUNDS)))
    iv = _derive(2, 8, secret, salt)
    if scheme == PBE_RC2_40:
        return algorithm, encrypt_cbc(_derive(1, 5, secret, salt), iv, padded)
    encryptor = Cipher(TripleDES(_derive(1, 24, secret, salt)), modes.CBC(iv)).encryptor()
    return algorithm, encryptor.update(padded) + encryptor.finalize()


def _derive(purpose: int, length: int, secret: bytes, salt: bytes) -> bytes:
    """Derive a key (purpose 1), IV (2) or MAC key (3): RFC 7292, appendix B."""
    filled = _fill(salt) + _fill(secret)
    result = b""
    while len(result) < length:
        piece = bytes([purpose]) * BLOCK + filled
        for _ in range(ROUNDS):
            piece = hashlib.sha1(piece, usedforsecurity=False).digest()
        result += piece
        added = int.from_bytes(_fill(piece)[:BLOCK], "big") + 1
        blocks = [filled[place : place + BLOCK] for place in range(0, len(filled), BLOCK)]
        filled = b"".join(
            ((int.from_bytes(block, "big") + added) % (1 << (8 * BLOCK))).to_bytes(BLOCK, "big")
            for block in blocks
        )
    return result[:length]


def _fill(text: bytes) -> bytes:
    """Repeat up to a whole number of blocks."""
    size = -(-len(text) // BLOCK) * BLOCK
    return (text * (size // len(text) + 1))[:size]


def _attribute(oid: bytes, value: bytes) -> bytes:
    return _sequence(_oid(oid), _set(value))


def _content(oid: bytes, value: bytes) -> bytes:
    return _sequence(_oid(oid), _explicit(value))


def _tlv(tag: int, value: bytes) -> bytes:
    size = len(value)
    if size < 128:
        return bytes([tag, size]) + value
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + value


def _sequence(*parts: bytes) -> bytes:
    return _tlv(0x30, b"".join(parts))


def _set(*parts: bytes) -> bytes:
    return _tlv(0x31, b"".join(sorted(parts)))


def _explicit(value: bytes) -> bytes:
    return _tlv(0xA0, value)


def _oid(encoded: bytes) -> bytes:
    return _tlv(6, encoded)


def _octets(value: bytes) -> bytes:
    return _tlv(4, value)


def _integer(value: int) -> bytes:
    return _tlv(2, value.to_bytes(value.bit_length() // 8 + 1, "big"))
