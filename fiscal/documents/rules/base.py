"""The registry of local rules, and how they see a document.

A rule is a small function named for what it refuses. It gets the document and what is known around it, and
returns whether the rule is broken: a bool, or a `Broken` that names another field or only warns. It must cope
with documents that nobody vouches for: anything may be missing or nonsense.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cached_property

from cryptography import x509
from lxml import etree

from fiscal.documents.amounts import read_decimal
from fiscal.documents.clock import read_time
from fiscal.documents.signing import SignatureVerdict
from fiscal.documents.tables import NationalService, get_rules, get_services
from fiscal.documents.xml import find_child, find_first, find_text, local_name, own_text
from fiscal.enumerations import Environment, WhoFixes
from fiscal.values import CityParameters, ReplacedNote, RuleProblem, SchemaProblem

_WHO = {"user": WhoFixes.CLIENT, "accountant": WhoFixes.FIRM, "platform": WhoFixes.OPERATORS}
_RETURNED = {"NFSe": "infNFSe", "evento": "infEvento"}
"""What the authority answers with, and the element that holds it."""

ZERO = Decimal(0)


@dataclass(frozen=True)
class Context:
    """What is known beside the document. Where something is None the rules that need it stay silent."""

    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    environment: Environment | None = None
    certificate: x509.Certificate | None = None
    signature: SignatureVerdict | None = None
    schema: tuple[SchemaProblem, ...] = ()
    raw: bytes = b""
    payload: str | None = None
    opening_date: date | None = None
    simples_status: str | None = None
    original: ReplacedNote | None = None
    params: CityParameters = field(default_factory=CityParameters)


@dataclass(frozen=True)
class Broken:
    """A broken rule that differs from its line in rules.csv: in the field, or in not stopping the note."""

    field: str = ""
    blocking: bool = True


class Document:
    """A root element of any origin. `content` is infDPS or infPedReg; None in a document without it."""

    def __init__(self, root: etree._Element) -> None:
        self.root = root
        self.kind = local_name(root)
        self.declaration = find_first(root, "DPS") if self.kind in {"DPS", "NFSe"} else None
        self.request = find_first(root, "pedRegEvento") if self.kind in {"pedRegEvento", "evento"} else None
        self.content = find_child(self.declaration, "infDPS")
        self.event = find_child(self.request, "infPedReg")

    @cached_property
    def is_written_by_authority(self) -> bool:
        """Whether the DPS inside a returned note was written by the authority's web or mobile issuer, or by a
        city that transcribed a note of its own layout."""
        note = find_first(self.root, "infNFSe") if self.kind == "NFSe" else None
        return find_text(note, "procEmi") in {"2", "3"} or find_text(note, "tpEmis") == "2"

    @cached_property
    def happened_at(self) -> datetime | None:
        """When the authority took a returned note or event in; None for what was not returned."""
        if self.kind not in _RETURNED:
            return None
        processed = find_text(find_first(self.root, _RETURNED[self.kind]), "dhProc")
        return read_time(processed or self.text("dhEmi") or self.event_text("dhEvento"))

    @property
    def signed_part(self) -> etree._Element:
        """The element whose signature is ours: the DPS or event request, also inside a returned note."""
        for part in (self.declaration, self.request):
            if part is not None:
                return part
        return self.root

    @cached_property
    def _texts(self) -> dict[str, str]:
        """The text of every element by its path; of repeated ones the first, as `find_child` would."""
        return index_texts(self.content)

    def text(self, path: str) -> str:
        return self._texts.get(path, "")

    def has(self, path: str) -> bool:
        return path in self._texts

    def amount(self, path: str) -> Decimal | None:
        return read_decimal(self.text(path)) if self.has(path) else None

    def sum_of(self, *paths: str) -> Decimal:
        return sum((self.amount(path) or ZERO for path in paths), ZERO)

    def day(self, path: str) -> date | None:
        try:
            return date.fromisoformat(self.text(path)[:10])
        except ValueError:
            return None

    # --- Who ---------------------------------------------------------------------------------------
    @property
    def simples_option(self) -> str:
        return self.text("prest/regTrib/opSimpNac")

    @property
    def is_normal(self) -> bool:
        return self.simples_option == "1"

    @property
    def is_mei(self) -> bool:
        return self.simples_option == "2"

    @property
    def is_me_epp(self) -> bool:
        return self.simples_option == "3"

    @property
    def apportionment(self) -> str:
        return self.text("prest/regTrib/regApTribSN")

    @property
    def special_regime(self) -> str:
        return self.text("prest/regTrib/regEspTrib")

    @property
    def has_special_regime(self) -> bool:
        return self.special_regime not in {"", "0"}

    @property
    def provider_document(self) -> str:
        return self.text("prest/CNPJ") or self.text("prest/CPF")

    @property
    def taker_document(self) -> str:
        return self.text("toma/CNPJ") or self.text("toma/CPF")

    @property
    def taker_is_foreign(self) -> bool:
        return self.has("toma/NIF") or self.has("toma/cNaoNIF") or self.has("toma/end/endExt")

    # --- What --------------------------------------------------------------------------------------
    @property
    def service_code(self) -> str:
        return self.text("serv/cServ/cTribNac")

    @cached_property
    def service(self) -> NationalService | None:
        return get_services().get(self.service_code)

    @property
    def incidence(self) -> str:
        return self.service.incidence if self.service else ""

    @property
    def place_is_abroad(self) -> bool:
        return self.has("serv/locPrest/cPaisPrestacao")

    @property
    def iss_treatment(self) -> str:
        return self.text("valores/trib/tribMun/tribISSQN")

    @property
    def retention(self) -> str:
        return self.text("valores/trib/tribMun/tpRetISSQN")

    @property
    def is_withheld(self) -> bool:
        return self.retention in {"2", "3"}

    @property
    def has_rate(self) -> bool:
        return self.has("valores/trib/tribMun/pAliq")

    @property
    def rate(self) -> Decimal | None:
        return self.amount("valores/trib/tribMun/pAliq")

    @property
    def service_amount(self) -> Decimal | None:
        return self.amount("valores/vServPrest/vServ")

    def event_text(self, path: str) -> str:
        return find_text(self.event, path)

    @property
    def event_code(self) -> str:
        """The six digits of the event element inside the request; empty when there is none."""
        names = (local_name(child) for child in (self.event if self.event is not None else ()))
        return next((name[1:] for name in names if name[:1] == "e" and name[1:].isdigit()), "")


Check = Callable[[Document, Context], "bool | Broken"]
DPS_RULES: dict[str, Check] = {}
EVENT_RULES: dict[str, Check] = {}
DOCUMENT_RULES: dict[str, Check] = {}


def dps_rule(code: str) -> Callable[[Check], Check]:
    """Register a rule about the content of a DPS."""
    return _register(DPS_RULES, code)


def event_rule(code: str) -> Callable[[Check], Check]:
    """Register a rule about the content of an event request."""
    return _register(EVENT_RULES, code)


def document_rule(code: str) -> Callable[[Check], Check]:
    """Register a rule about the file, its signature or the certificate, whatever it holds."""
    return _register(DOCUMENT_RULES, code)


def problem(code: str, broken: Broken | None = None) -> RuleProblem:
    """Return the problem of a code in the words of rules.csv."""
    rule = get_rules()[code]
    return RuleProblem(
        code=code,
        field=(broken.field if broken else "") or rule.fields.partition(";")[0].strip(),
        message_pt=rule.message_pt,
        who_fixes=_WHO[rule.who_fixes],
        blocking=rule.check != "registry" and (broken is None or broken.blocking),
        action=rule.action,
        transient=rule.transient,
    )


def run(rules: dict[str, Check], document: Document, context: Context) -> list[RuleProblem]:
    """Return the problems of every rule that is broken, in the order of registration."""
    found = []
    for code, check in rules.items():
        result = check(document, context)
        if result:
            found.append(problem(code, result if isinstance(result, Broken) else None))
    return found


def _register(rules: dict[str, Check], code: str) -> Callable[[Check], Check]:
    def keep(check: Check) -> Check:
        if code not in get_rules() or code in rules:
            raise ValueError(f"{code} is not in rules.csv, or has a function already")
        rules[code] = check
        return check

    return keep


def index_texts(content: etree._Element | None) -> dict[str, str]:
    """Return texts by path of local names, all read in one walk."""
    texts: dict[str, str] = {}
    waiting = [("", content)] if content is not None else []
    while waiting:
        prefix, parent = waiting.pop()
        for child in parent:
            path = prefix + local_name(child)
            if path not in texts:
                texts[path] = own_text(child)
                waiting.append((f"{path}/", child))
    return texts
