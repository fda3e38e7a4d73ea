"""Handing a package out: only the own firm's, written down (N18, A29)."""

from django.db import transaction

from core.errors import NitroError
from core.private_files import read_private
from nfse.actors import Actor
from nfse.models import Package
from nfse.permissions import Right
from nfse.selectors.closings import get_package
from nfse.services.closing.making import owner_of
from nfse.services.exports.tables import CONTENT_TYPES, Download, Extension, record_download

SUBJECTS = {Package.Kind.CLOSING: "fechamento", Package.Kind.INVOICES: "notas"}
ZIP = "application/zip"


class PackageNotThere(NitroError):
    """It is not made yet, could not be made, or its 30 days are over."""

    message = "Este arquivo não está disponível. Gere-o de novo."


def right_for(package: Package) -> Right:
    """Return the right that a package needs: closing is the firm's, a list is for who sees notes."""
    return Right.ISSUE if package.kind == Package.Kind.CLOSING else Right.SEE_INVOICES


def take_package(*, actor: Actor, package_id: int) -> Download:
    """Return the file of a package, decrypted while it is read, after writing down who takes it.

    Raises:
        NotFound, NotAllowed.
        PackageNotThere; core.private_files.FileMissing, core.crypto.DecryptionFailed: the disk lost it.
    """
    package = get_package(actor.firm_id, package_id)
    actor.require(right_for(package))
    if package.state != Package.State.READY:
        raise PackageNotThere
    chunks = read_private(package.file_path, key=package.file_key, owner=owner_of(package))
    with transaction.atomic(durable=True):
        record_download(
            actor=actor,
            subject=SUBJECTS[Package.Kind(package.kind)],
            subject_id=package.pk,
            file_name=package.file_name,
            row_count=package.counts.get("notes", 0),
            company_id=package.company_id,
        )
    return Download(package.file_name, _content_type(package), chunks)


def _content_type(package: Package) -> str:
    return ZIP if package.extension == "zip" else CONTENT_TYPES[Extension(package.extension)]
