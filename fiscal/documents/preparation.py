"""Build, sign, validate: the bytes that are stored before the first send (contract 8, step 3; R85, R94)."""

from datetime import datetime

from fiscal.documents.dps import CannotBuild, build_dps
from fiscal.documents.layouts import LAYOUT_101
from fiscal.documents.schema import blocking, validate
from fiscal.documents.signing import SignatureAlgorithm, sign
from fiscal.documents.tables import get_rules
from fiscal.values import LoadedCertificate, NoteSnapshot


def prepare_dps(
    snapshot: NoteSnapshot,
    *,
    series: int,
    number: int,
    issued_at: datetime,
    certificate: LoadedCertificate,
    layout: str = LAYOUT_101,
    algorithm: SignatureAlgorithm | str = SignatureAlgorithm.RSA_SHA256_EXCLUSIVE,
) -> bytes:
    """Return the signed DPS, valid by the official schema. Keep and send exactly these bytes.

    Raises:
        CannotBuild and kin: naming the field, also the first one that the schema refuses.
        LayoutNotAvailable, CannotSign.
    """
    unsigned = build_dps(snapshot, series=series, number=number, issued_at=issued_at, layout=layout)
    document = sign(unsigned, certificate=certificate, algorithm=algorithm)
    if problems := blocking(validate(document, "DPS")):
        raise CannotBuild(problems[0].field, f"{get_rules()['E1235'].message_pt} ({problems[0].field})")
    return document
