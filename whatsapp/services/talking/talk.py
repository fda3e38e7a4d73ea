"""One turn of a conversation while its row is locked: what is known, what was said, what changes."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from fiscal.values import LoadedCertificate, RuleProblem
from nfse.actors import Actor
from nfse.models import Company, Invoice, InvoiceRequest
from nfse.models.firms import Firm
from whatsapp.conversation import facts
from whatsapp.conversation.draft import CancelDraft, Draft, SessionData
from whatsapp.conversation.states import Kind, Question, State
from whatsapp.models import Conversation, Session
from whatsapp.services.talking.batches import Batch
from whatsapp.services.talking.evaluating import Evaluation, Issuing, evaluate
from whatsapp.services.talking.people import Speaker
from whatsapp.vocabulary.commands import Commanded


@dataclass(frozen=True)
class Said:
    """One text of an answer: its key in `texts`, and the sentence."""

    key: str
    text: str


@dataclass
class Talk:
    """The changing side of a turn. Rows are of the caller's transaction, which holds the conversation.

    `cause`: why something is said, unique for this turn. `moved_from`: what "Troquei…" compares with.
    """

    conversation: Conversation
    speaker: Speaker
    now: datetime
    cause: str
    session: Session | None = None
    batch: Batch | None = None
    certificate: LoadedCertificate | None = None
    command: Commanded | None = None
    data: SessionData = field(default_factory=SessionData)
    before: Draft = field(default_factory=Draft)
    cancel_before: CancelDraft = field(default_factory=CancelDraft)
    said: list[Said] = field(default_factory=list)
    evaluated: Evaluation | None = None
    is_mirror_new: bool = False
    stops_clock: bool = False
    blocked: tuple[RuleProblem, ...] = ()
    """What keeps the note from being issued, and only the firm can settle (T58)."""

    kept: list[str] = field(default_factory=list)
    """Fields of which a correction was taken back (T62)."""

    changed: list[str] = field(default_factory=list)
    """Fields whose value this turn changed (T25)."""

    landed: State | None = None
    """Where an effect had to leave the session, when not where the table says."""

    question: Question | None = None
    """The question that an effect asked."""

    asked_needs: bool = False
    """An effect asked, or found nothing to ask, and left the session's question as it must be."""

    follows: bool = False
    """A line about what is pending goes behind an answer."""

    follower: Invoice | None = None
    """The note just issued, which the person wanted to cancel too late (row 41)."""

    may_retry: bool = False
    """The firm had the failed request sent again (row 50)."""

    deciding: Actor | None = None
    """A member of the firm who decides, in place of the phone."""

    earlier: InvoiceRequest | None = None
    """What was asked for in the session that is taken up again, and did not become a note (row 6)."""

    is_copy: bool = False
    """The draft is the last note, said again (T54)."""

    def __post_init__(self) -> None:
        if self.session is not None:
            self.data = SessionData.of(self.session.data)
        self.before, self.cancel_before = self.data.note, self.data.cancel

    @property
    def firm(self) -> Firm:
        return self.speaker.firm

    @property
    def note(self) -> Draft:
        return self.data.note

    @note.setter
    def note(self, draft: Draft) -> None:
        self.data = replace(self.data, note=draft)
        self.evaluated = None

    @property
    def cancel(self) -> CancelDraft:
        return self.data.cancel

    @cancel.setter
    def cancel(self, draft: CancelDraft) -> None:
        self.data = replace(self.data, cancel=draft)

    @property
    def company(self) -> Company | None:
        """The company that this turn is about: the session's, the remembered one, or the only one."""
        if self.session is not None and self.session.state != State.CHOOSING_COMPANY:
            return self.session.company
        companies = self.speaker.companies
        remembered = self.conversation.company_id
        if self.session is None and remembered is not None:
            known = next((one for one in companies if one.pk == remembered), None)
            if known is not None:
                return known
        return companies[0] if len(companies) == 1 else None

    @property
    def actor(self) -> Actor:
        """Who asks, as a phone of the company. Raises KeyError without one."""
        company = self.company
        return self.speaker.actor_for(company.pk if company else 0)

    @property
    def issuing(self) -> Issuing | None:
        """For whom a draft is evaluated; None while the company or the phone's right is not there."""
        company = self.company
        if company is None or self.speaker.phone_for(company.pk) is None:
            return None
        return Issuing(self.actor, company.pk, self.now, self.certificate)

    def evaluate(self) -> Evaluation | None:
        """Recompute the draft, once as long as it stays the same."""
        issuing = self.issuing
        if self.evaluated is None and issuing is not None:
            self.evaluated = evaluate(issuing, self.note)
            self.data = replace(self.data, note=self.evaluated.draft)
        return self.evaluated

    def wait_aloud(self) -> None:
        """Remember that the person was told to wait for the registry."""
        self.data = replace(self.data, note=replace(self.data.note, waits_aloud=True))

    def deny(self, reason: str) -> None:
        """Remember why the firm did not approve a cancellation."""
        self.cancel = replace(self.cancel, denial=reason)

    @staticmethod
    def draft_of(session: Session) -> Draft:
        """Return the draft that a session keeps."""
        return SessionData.of(session.data).note

    @property
    def facts(self) -> facts.Session:
        """What the table knows of the session."""
        row = self.session
        if row is None:
            return facts.Session()
        return facts.Session(
            state=State(row.state),
            kind=Kind(row.kind),
            question=Question(row.question) if row.question else None,
            has_data=self.note.has_data,
            has_refused_mirror=row.has_refused_mirror,
            cancel_is_wanted=row.cancel_is_wanted,
            times_unmatched=row.times_unmatched,
        )

    @property
    def lists_companies(self) -> bool:
        """Whether the list of companies was shown lately, with no session open (row 11)."""
        until = self.conversation.listed_until
        return self.session is None and until is not None and until > self.now

    def is_said(self, key: str) -> bool:
        """Whether a text that is said once was said."""
        return key in self.data.said
