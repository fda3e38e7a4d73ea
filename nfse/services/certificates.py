"""A1 certificates: received, opened, kept and used (N4, R28, R95). A key is never logged nor downloaded."""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from core.crypto import DecryptionFailed
from core.documents import mask_document
from core.errors import NitroError
from fiscal.documents.certificates import (
    MAX_PFX_BYTES,
    PfxTooBig,
    check_usable,
    is_of_company,
    is_of_same_root,
    open_pfx,
)
from fiscal.documents.pfx_cost import check_cost, try_opening
from fiscal.values import LoadedCertificate
from nfse.models import Certificate, CertificateSecret, ChangeRecord, Company
from nfse.permissions import NotFound, Right, require_right
from nfse.selectors.certificates import NoCertificate
from nfse.services.companies import lock_company
from nfse.services.setup_requests import request_city_check, request_setup
from nfse.services.trail import describe, record_change

HOLDER_LENGTH = 160
_SHOWN = ("holder", "document", "serial", "valid_from", "valid_until", "is_same_root")


class CertificateOfAnother(NitroError):
    """The certificate was issued to another company or person."""

    def __init__(self, holder: str, document: str) -> None:
        super().__init__(
            f"Este certificado é de {holder} ({mask_document(document)}), não desta empresa. "
            "Envie o e-CNPJ A1 da própria empresa."
        )


class SameRootNotAccepted(NitroError):
    """Another branch of the same CNPJ root: the person must accept it explicitly (N4)."""

    def __init__(self, document: str) -> None:
        super().__init__(
            f"Este certificado é de outro estabelecimento da mesma empresa ({mask_document(document)}). "
            "A Receita pode recusar notas assinadas com ele. Confirme se quer usá-lo assim mesmo."
        )


@dataclass(frozen=True)
class OpenedPfx:
    """A file, the password that opened it, and what was in it."""

    data: bytes
    password: str
    loaded: LoadedCertificate


def upload_certificate(
    *,
    firm_id: int,
    user_id: int,
    company_id: int,
    data: bytes,
    password: str,
    accept_same_root: bool = False,
    now: datetime | None = None,
) -> Certificate:
    """Open a PFX of at most 1 MB, check that it is the company's, and make it the active one.

    The former one stays as history, without its key. The same file again renews nothing.

    Raises:
        NotFound, NotAllowed.
        documents.certificates.CertificateRefused: PfxTooBig, NotAPfx, WrongPassword, NoPrivateKey, WeakKey,
            NotYetValid, Expired, NotForClients, WithoutDocument, pfx_cost.TooCostly.
        CertificateOfAnother, SameRootNotAccepted.
    """
    require_right(user_id=user_id, firm_id=firm_id, right=Right.EDIT_CERTIFICATES)
    document = _get_document(firm_id, company_id)
    _check_before_opening(data, password)
    loaded = open_pfx(data, password, now=now)
    is_branch = _check_owner(loaded, document, accept_same_root)
    with transaction.atomic(durable=True):
        company = lock_company(firm_id, company_id)
        return keep_certificate(
            company=company,
            user_id=user_id,
            opened=OpenedPfx(data, password, loaded),
            is_branch=is_branch,
            now=now or timezone.now(),
        )


def keep_certificate(
    *, company: Company, user_id: int, opened: OpenedPfx, is_branch: bool, now: datetime
) -> Certificate:
    """Make an opened PFX the active certificate of a company, in the transaction that locked it."""
    loaded, former = opened.loaded, company.certificates.filter(is_active=True).first()
    if former is not None and former.fingerprint == loaded.fingerprint:
        return former
    if former is not None:
        _retire(former, now)
    certificate = _create(company, loaded, user_id, is_branch)
    _keep_secret(certificate, opened)
    request_setup(company)
    request_city_check(company)
    company.save(update_fields=["plugnotas_state", "plugnotas_error", "updated_at"])
    record_change(
        firm_id=company.firm_id,
        actor_id=user_id,
        action=ChangeRecord.Action.CHANGED if former else ChangeRecord.Action.CREATED,
        subject="certificate",
        subject_id=certificate.pk,
        label=certificate.holder,
        company_id=company.pk,
        before=describe(former, _SHOWN) if former else None,
        after=describe(certificate, _SHOWN),
    )
    return certificate


def load_certificate(*, firm_id: int, company_id: int, now: datetime | None = None) -> LoadedCertificate:
    """Open the company's active certificate to sign or to talk with it.

    It asks no right: the caller asked the one of what it does.

    Raises:
        nfse.selectors.certificates.NoCertificate: none is active.
        CertificateRefused: it ended meanwhile (Expired), or is not valid yet.
        core.crypto.DecryptionFailed: no key opens it, or it was stored for another firm or company.
    """
    pfx, password = open_secret(firm_id=firm_id, company_id=company_id)
    loaded = open_pfx(pfx, password, now=now)
    check_usable(loaded, now or timezone.now())
    return loaded


def open_secret(*, firm_id: int, company_id: int) -> tuple[bytes, str]:
    """Return the PFX and password of the active certificate, for the gateway that must register them (N22).

    Raises NoCertificate, core.crypto.DecryptionFailed, pfx_cost.TooCostly.
    """
    secret = CertificateSecret.objects.filter(
        firm_id=firm_id,
        certificate__firm_id=firm_id,
        certificate__company_id=company_id,
        certificate__is_active=True,
    ).first()
    if secret is None:
        raise NoCertificate
    content = secret.content
    if content.get("firm") != firm_id or content.get("company") != company_id:
        raise DecryptionFailed(detail="certificate bound to another owner")
    try:
        pfx, password = base64.b64decode(content["pfx"], validate=True), str(content["password"])
    except (KeyError, binascii.Error) as error:
        raise DecryptionFailed(detail="certificate unreadable") from error
    if not content.get("checked"):  # stored before files were checked
        _check_before_opening(pfx, password)
        secret.content = {**content, "checked": True}
        secret.save(update_fields=["content"])
    return pfx, password


def _check_before_opening(data: bytes, password: str) -> None:
    """Refuse a file that would take too much work before this process derives any key from its password."""
    if len(data) > MAX_PFX_BYTES:
        raise PfxTooBig
    check_cost(data)
    try_opening(data, password)


def _get_document(firm_id: int, company_id: int) -> str:
    company = Company.objects.filter(firm_id=firm_id, pk=company_id).only("cnpj", "cpf").first()
    if company is None:
        raise NotFound
    return company.document


def _check_owner(loaded: LoadedCertificate, document: str, accept_same_root: bool) -> bool:
    """Return whether it is another branch's, accepted; raise when it is not the company's."""
    if is_of_company(loaded.document, document):
        return False
    if not is_of_same_root(loaded.document, document):
        raise CertificateOfAnother(loaded.holder, loaded.document)
    if not accept_same_root:
        raise SameRootNotAccepted(loaded.document)
    return True


def _retire(certificate: Certificate, now: datetime) -> None:
    CertificateSecret.objects.filter(certificate=certificate).delete()
    certificate.is_active = False
    certificate.replaced_at = now
    certificate.save(update_fields=["is_active", "replaced_at"])


def _create(company: Company, loaded: LoadedCertificate, user_id: int, is_branch: bool) -> Certificate:
    return Certificate.objects.create(
        firm_id=company.firm_id,
        company=company,
        holder=loaded.holder[:HOLDER_LENGTH],
        document=loaded.document,
        serial=loaded.serial,
        fingerprint=loaded.fingerprint,
        valid_from=loaded.valid_from,
        valid_until=loaded.valid_until,
        is_same_root=is_branch,
        uploaded_by_id=user_id,
    )


def _keep_secret(certificate: Certificate, opened: OpenedPfx) -> None:
    content: dict[str, Any] = {
        "firm": certificate.firm_id,
        "company": certificate.company_id,
        "pfx": base64.b64encode(opened.data).decode("ascii"),
        "password": opened.password,
        "checked": True,
    }
    CertificateSecret.objects.create(firm_id=certificate.firm_id, certificate=certificate, content=content)
