"""A verdict on one document of any origin: what `validate_dps` prints and operators read."""

from dataclasses import dataclass
from typing import Any

from cryptography import x509

from fiscal.documents.certificates import holder_document
from fiscal.documents.rules import Context, check_xml
from fiscal.documents.rules.base import Document
from fiscal.documents.schema import validate
from fiscal.documents.signing import SignatureStatus, SignatureVerdict, verify
from fiscal.documents.xml import UnreadableXml, read_xml
from fiscal.values import RuleProblem, SchemaProblem


@dataclass(frozen=True)
class CertificateVerdict:
    """Whose certificate signed (or was given), beside who emits; `matches` is None when either is unknown."""

    document: str = ""
    emitter: str = ""

    @property
    def matches(self) -> bool | None:
        return self.document == self.emitter if self.document and self.emitter else None


@dataclass(frozen=True)
class Verdict:
    """Everything found about a document. Invalid: not well formed, XSD, bad signature, a blocking rule.

    `signature` is the document's own: of a returned note the authority's; the rules judge the DPS in it.
    """

    kind: str
    layout: str
    well_formed: bool
    reading_problem: str
    xsd: tuple[SchemaProblem, ...]
    signature: SignatureVerdict
    certificate: CertificateVerdict
    rules: tuple[RuleProblem, ...]

    @property
    def valid(self) -> bool:
        schema = any(not problem.warning for problem in self.xsd)
        signature = self.signature.status is SignatureStatus.INVALID
        return self.well_formed and not (schema or signature or any(rule.blocking for rule in self.rules))

    def to_dict(self) -> dict[str, Any]:
        """Return the verdict as JSON-ready primitives."""
        return {
            "valid": self.valid,
            "kind": self.kind,
            "layout": self.layout,
            "well_formed": self.well_formed,
            "reading_problem": self.reading_problem,
            "xsd": [problem.to_dict() for problem in self.xsd],
            "signature": {"status": self.signature.status.value, "problem": self.signature.problem},
            "certificate": {
                "document": self.certificate.document,
                "emitter": self.certificate.emitter,
                "matches": self.certificate.matches,
            },
            "codes": [rule.code for rule in self.rules],
            "rules": [_rule(rule) for rule in self.rules],
        }


def judge(xml: bytes, certificate: x509.Certificate | None = None, context: Context | None = None) -> Verdict:
    """Return the verdict on a file: DPS, event request, returned note or anything else. Never raises on it.

    Args:
        certificate: the one that would transmit; without it, the signer's is compared with the emitter.
        context: more that is known. Without it a returned note or event is judged at its own time: its
            certificate may have ended since.
    """
    try:
        root = read_xml(xml)
    except UnreadableXml as error:
        return _unreadable(error, tuple(check_xml(xml, certificate, context=context)))
    document = Document(root)
    if context is None and document.happened_at is not None:
        context = Context(now=document.happened_at)
    holder = certificate or verify(document.signed_part).certificate
    emitter = (
        document.provider_document or document.event_text("CNPJAutor") or document.event_text("CPFAutor")
    )
    return Verdict(
        kind=document.kind,
        layout=str(document.signed_part.get("versao") or ""),
        well_formed=True,
        reading_problem="",
        xsd=tuple(validate(root)),
        signature=verify(root),
        certificate=CertificateVerdict(holder_document(holder) if holder else "", emitter),
        rules=tuple(check_xml(xml, certificate, context=context)),
    )


def _unreadable(error: UnreadableXml, rules: tuple[RuleProblem, ...]) -> Verdict:
    where = f" (linha {error.line})" if error.line else ""
    return Verdict(
        kind="",
        layout="",
        well_formed=False,
        reading_problem=f"{error.message}{where}",
        xsd=(),
        signature=SignatureVerdict(SignatureStatus.ABSENT),
        certificate=CertificateVerdict(),
        rules=rules,
    )


def _rule(rule: RuleProblem) -> dict[str, Any]:
    return {
        "code": rule.code,
        "field": rule.field,
        "blocking": rule.blocking,
        "who_fixes": rule.who_fixes.value,
        "message": rule.message_pt,
    }
