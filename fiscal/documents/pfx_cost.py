"""What opening a PFX would cost, known before the password is hashed even once (R95).

The file itself says how often its password is hashed: for the MAC and for each bag. A number in the billions
keeps a processor busy for hours. What stands open in the file is counted by `check_cost`. What is encrypted
may hold more and shows only when it is opened, so `try_opening` opens a file from outside for the first time
in a process of its own, which the kernel ends after a few seconds of work.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from asn1crypto import algos, pkcs12
from asn1crypto import core as asn1

from fiscal.documents.certificates import CertificateRefused

MAX_ITERATIONS = 1_000_000  # Firefox, the slowest in use, writes 600,000
MAX_TOTAL = 3_000_000
MAX_BAGS = 100
TRIAL_SECONDS, WAIT_SECONDS = 5, 30  # of the processor, of the clock
PBMAC1 = "1.2.840.113549.1.5.14"
_ROOT = Path(__file__).resolve().parent.parent.parent
_UNREADABLE = (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError)


class TooCostly(CertificateRefused):
    """Opening it would take more work than any issuer's file needs."""

    message = (
        "O arquivo pede trabalho demais para ser aberto. Exporte o certificado de novo, com as opções "
        "normais do sistema, ou use o arquivo que a certificadora entregou."
    )


def check_cost(data: bytes) -> None:
    """Raise TooCostly when the MAC, one bag or all together ask for too many iterations.

    A file that cannot be read here costs nothing by this count: opening it says what it is.
    """
    total = bags = 0
    try:
        for iterations in _iterations(pkcs12.Pfx.load(data)):
            bags, total = bags + 1, total + iterations
            if not 0 <= iterations <= MAX_ITERATIONS or total > MAX_TOTAL or bags > MAX_BAGS:
                raise TooCostly
    except _UNREADABLE:
        return


def try_opening(data: bytes, password: str, *, seconds: int = TRIAL_SECONDS) -> None:
    """Open the file once where it can do no harm. Raises TooCostly after `seconds` of processor time.

    Whether it opens, and what it is, says `certificates.open_pfx`, which may follow safely.
    """
    if not data.startswith(b"\x30"):
        return  # no PFX: nothing would be derived
    order = json.dumps({"seconds": seconds, "password": password, "data": data.hex()}).encode()
    command = [sys.executable, "-m", "fiscal.documents.pfx_trial"]
    try:
        done = subprocess.run(  # noqa: S603 - our own module
            command, input=order, cwd=_ROOT, capture_output=True, timeout=WAIT_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise TooCostly from error
    if done.returncode != 0:
        raise TooCostly(detail=f"exit code {done.returncode}")


def _iterations(pfx: pkcs12.Pfx) -> Iterator[int]:
    mac = pfx["mac_data"]
    if mac.native is not None:
        yield mac["iterations"].native
        yield from _of_pbmac1(mac["mac"]["digest_algorithm"])
    for content in pfx.authenticated_safe:
        if content["content_type"].native == "encrypted_data":
            info = content["content"]["encrypted_content_info"]
            yield info["content_encryption_algorithm"].kdf_iterations
        elif content["content_type"].native == "data":
            yield from _of_bags(pkcs12.SafeContents.load(content["content"].native))


def _of_bags(bags: pkcs12.SafeContents) -> Iterator[int]:
    for bag in bags:
        kind = bag["bag_id"].native
        if kind == "pkcs8_shrouded_key_bag":
            yield bag["bag_value"]["encryption_algorithm"].kdf_iterations
        elif kind == "safe_contents":
            yield from _of_bags(bag["bag_value"])
        else:
            yield 0


def _of_pbmac1(algorithm: algos.DigestAlgorithm) -> Iterator[int]:
    """The MAC of RFC 9579 keeps its count where PBES2 does: in the parameters of its key derivation."""
    if algorithm["algorithm"].dotted == PBMAC1:
        parameters = algorithm["parameters"].parse(spec=asn1.Sequence)
        yield algos.KdfAlgorithm.load(parameters[0].dump())["parameters"]["iteration_count"].native
