"""What issues a note: one class, two implementations, frozen values between them (DESIGN.md §4 and §7).

Gateways know no models and open no transaction. What comes back is an Outcome; what did not happen is an
error of core.errors: Unavailable (certainly not done: repeat the same bytes later), Unknown (sent, nobody
knows: ask with `find` before anything else) or Refused (nobody will answer: wrong key, wrong id).
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from core.errors import NitroError, Refused, Unavailable
from fiscal.documents.events import fold_events
from fiscal.documents.layouts import LAYOUT_101
from fiscal.enumerations import NoteStatus
from fiscal.values import NoteEventFact, NoteSnapshot, NoteState, ReturnedNote, RuleProblem, Serializable

MAX_KEPT_CHARACTERS = 8 * 1024
"""Of a raw answer, for the audit trail (national.md §2.5)."""


class GatewayAccountTrouble(Refused):
    """Our key at the vendor is wrong, or an address of ours is: alert operators, blame no client's data."""

    message = "O emissor de notas está indisponível agora. Já avisamos a nossa equipe."


class CertificateRejected(Refused):
    """The authority did not accept the company's certificate for a question (HTTP 401 or 403)."""

    message = (
        "A Receita recusou o certificado digital da empresa. "
        "Confira se ele é um A1 válido deste CNPJ e envie um novo, se preciso."
    )


class CertificateNeeded(NitroError):
    """This gateway speaks and signs with the company's own A1, and none was given (R95)."""

    message = "A empresa ainda não tem um certificado A1 ativo. Envie o certificado (.pfx) e a senha."


class NotReady(Unavailable):
    """The gateway is still making the file."""

    message = "O arquivo ainda está sendo gerado. Tente de novo em instantes."


class NotSupported(NitroError):
    """This gateway has no such operation."""

    message = "O emissor desta empresa não oferece este pedido. Faça-o no sistema da prefeitura."


# --- What goes in ----------------------------------------------------------------------------------
@dataclass(frozen=True)
class Allocation(Serializable):
    """The identity that a request got before its first send (R85, R96).

    `integration_id` is the idempotency key of the attempt's content, at most 40 characters. `series` and
    `number` are the DPS's (national only). `issued_at` comes from `documents.clock.issue_time`. `replaces_id`
    is the vendor's id of the note that a substitution replaces (PlugNotas only).
    """

    integration_id: str
    issued_at: datetime
    series: int = 0
    number: int = 0
    layout: str = LAYOUT_101
    replaces_id: str = ""


@dataclass(frozen=True)
class PreparedNote:
    """What is stored before the first send, and all that `issue` and `find` need afterwards.

    `id` is the idempotency key at the gateway: the Id of the DPS, or idIntegracao. `payload` is what is sent,
    unchanged at each try: the signed XML, or the JSON. `sha256` is of the payload, in hex.
    """

    id: str
    issuer_document: str
    payload: bytes = field(repr=False)
    sha256: str = ""
    layout: str = ""


@dataclass(frozen=True)
class NoteReference(Serializable):
    """What a gateway calls a note: the national key, or the vendor's ids. Stored with the invoice."""

    issuer_document: str
    access_key: str = ""
    dps_id: str = ""
    provider_id: str = ""
    integration_id: str = ""
    protocol: str = ""

    def to_stored(self) -> dict[str, str]:
        """Return what a row keeps in the clear: all but the document, which may be a CPF (R28)."""
        return {name: value for name, value in self.to_dict().items() if name != "issuer_document"}

    @classmethod
    def from_stored(cls, stored: dict[str, str], issuer_document: str) -> "NoteReference":
        """Rebuild from `to_stored()`."""
        return cls.from_dict({**stored, "issuer_document": issuer_document})


# --- What comes out --------------------------------------------------------------------------------
@dataclass(frozen=True)
class Issued:
    """The note exists and is ours: its content is what was prepared. `adopted`: found, not just made.

    `xml` are the bytes as received, never rewritten; None only where they are fetched apart (PlugNotas).
    `status` is what the gateway itself says of it now.
    """

    reference: NoteReference
    number: str
    access_key: str = ""
    verification_code: str = ""
    issued_at: datetime | None = None
    xml: bytes | None = field(default=None, repr=False)
    note: ReturnedNote | None = field(default=None, repr=False)
    status: NoteStatus = NoteStatus.AUTHORIZED
    adopted: bool = False
    alerts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Accepted:
    """The gateway has it and has not decided: ask again with `fetch` or `find`."""

    reference: NoteReference


@dataclass(frozen=True)
class Rejected:
    """Refused for reasons, all listed. `needs_person`: ended by the gateway without a reason to fix."""

    problems: tuple[RuleProblem, ...]
    reference: NoteReference | None = None
    needs_person: bool = False


@dataclass(frozen=True)
class Taken:
    """The number or id carries a note of other content, never to adopt: a person looks, then a new id."""

    reference: NoteReference
    note: ReturnedNote | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Unrecognized:
    """The gateway names a state that we do not know: keep the previous one and alert operators."""

    reference: NoteReference
    state: str


@dataclass(frozen=True)
class NotFound:
    """The gateway has nothing under this id now. After an unknown outcome ask again before resending."""

    id: str


Outcome = Issued | Accepted | Rejected | Taken | Unrecognized


@dataclass(frozen=True)
class Canceled:
    """The note no longer stands: canceled, or replaced (`state` says which). `event` is the event's XML."""

    state: NoteState
    event: bytes | None = field(default=None, repr=False)
    already: bool = False


@dataclass(frozen=True)
class CancellationPending:
    """Not decided: the city analyzes (`in_analysis`), or the vendor is still asking the city."""

    in_analysis: bool = False
    protocol: str = ""
    event: bytes | None = field(default=None, repr=False)


CancelOutcome = Canceled | CancellationPending | Rejected


@dataclass(frozen=True)
class NoteEvent:
    """One registered event: its facts and its XML as received."""

    fact: NoteEventFact
    xml: bytes = field(repr=False)


@dataclass(frozen=True)
class Exchange(Serializable):
    """One answer of a gateway for the audit trail: text cut at 8 KB, documents inside it left out.

    It may hold personal data: store it encrypted or masked, never log it.
    """

    gateway: str
    operation: str
    status: int
    text: str = field(repr=False)


Recorder = Callable[[Exchange], None]
"""Called for every answer, 5xx and garbage included, outside any transaction."""


class NFSeGateway(ABC):
    """Issues, finds, reads and cancels notes of one company. Cheap to build; one per job.

    Every method may raise Unavailable, Unknown (only `issue`, `cancel`, `request_analysis`), Refused and
    Unreadable; `CalledInsideTransaction` when a transaction is open.
    """

    name: str
    offers_analysis = False

    @abstractmethod
    def prepare(self, snapshot: NoteSnapshot, allocation: Allocation) -> PreparedNote:
        """Return the bytes to store and send. No network. A substitution is a snapshot with `substitutes`.

        Raises:
            CannotBuild and kin: the snapshot cannot be written. CannotSign, CertificateNeeded.
        """

    @abstractmethod
    def issue(self, prepared: PreparedNote) -> Outcome:
        """Send once. "Already there" is looked up, and adopted only if the content is the same (R84, R85)."""

    @abstractmethod
    def find(self, prepared: PreparedNote) -> Outcome | NotFound:
        """Return what became of an attempt, by its own id. Never sends anything."""

    @abstractmethod
    def fetch(self, reference: NoteReference) -> Outcome | NotFound:
        """Read a note again by its reference."""

    @abstractmethod
    def cancel(self, reference: NoteReference, *, reason_code: str, text: str) -> CancelOutcome:
        """Ask to cancel. Canceled twice is Canceled(already=True).

        Args:
            reason_code: 1 error in the note, 2 service not rendered, 9 other. text: 15 to 255 characters.
        """

    @abstractmethod
    def find_cancellation(self, reference: NoteReference) -> CancelOutcome | NotFound:
        """Return what became of a cancellation; NotFound when the note stands and none was asked."""

    @abstractmethod
    def request_analysis(self, reference: NoteReference, *, reason_code: str, text: str) -> CancelOutcome:
        """Ask the city to cancel after its deadline. Raises NotSupported where `offers_analysis` is False."""

    @abstractmethod
    def xml(self, reference: NoteReference) -> bytes:
        """Return the fiscal document as the gateway keeps it. Raises NotReady."""

    @abstractmethod
    def pdf(self, reference: NoteReference) -> bytes:
        """Return the DANFSe or the city's PDF. Raises NotReady."""

    @abstractmethod
    def events(self, reference: NoteReference) -> tuple[NoteEvent, ...]:
        """Return the registered events of a note; none where the gateway has no events."""

    def state(self, reference: NoteReference) -> NoteState:
        """Return the status that follows from the gateway's facts, also those that others caused (R88)."""
        return fold_events(event.fact for event in self.events(reference))
