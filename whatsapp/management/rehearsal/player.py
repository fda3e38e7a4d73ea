"""Play one dialog: the person's messages through the real webhook, all work by a clock that does not wait."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.test import Client
from django.urls import reverse

from nfse.models import InvoiceRequest
from queue_worker import runner
from queue_worker.models import WorkItem
from queue_worker.queues import Queue
from queue_worker.services import claim
from whatsapp.management.rehearsal.clock import RehearsalClock
from whatsapp.management.rehearsal.emulators import Emulators
from whatsapp.management.rehearsal.letters import Line, body_of, new_id
from whatsapp.management.rehearsal.stage import PERSON, Stage
from whatsapp.models import Conversation, InboundMessage, OutboundMessage, Session
from whatsapp.services.talking.clocks import REMIND_BEFORE, mind_clocks

SECRET_HEADER = "HTTP_X_WEBHOOK_SECRET"  # noqa: S105 (a name)
TOGETHER = timedelta(seconds=1)
"""Between two texts of one turn, which are sent within the quiet window."""

SETTLES = timedelta(seconds=30)
"""How much of a turn's work is waited for: what is due within this time."""

MOST_ITEMS = 100
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_SKIPPED = frozenset({"accounts.send_email"})


@dataclass
class Player:
    """The person of one stage. `heard`: how many outgoing messages were read so far."""

    stage: Stage
    clock: RehearsalClock
    emulators: Emulators
    heard: int = 0
    first_request: int = 0
    """Requests up to this one were made before the dialog began."""

    turn_at: datetime = LONG_AGO
    """When the last turn began: what a file says of minutes counts from there."""

    old_sessions: set[int] = field(default_factory=set)
    worked: list[str] = field(default_factory=list)

    @property
    def conversation(self) -> Conversation | None:
        return Conversation.objects.filter(channel=self.stage.channel).order_by("pk").first()

    def send(self, line: Line, *, sent_at: datetime | None = None, again: bool = False) -> int:
        """Deliver one message to the webhook, as the Evolution API does, and return the status.

        `again`: a delivery that was made before.
        """
        moment = sent_at or self.clock.now()
        if not again:
            self.emulators.write(self.stage.channel, self.stage.number, line, moment)
        body = body_of(
            line,
            instance=self.stage.channel.instance_name,
            number=self.stage.number,
            sent_at=moment,
            name=PERSON,
        )
        path = reverse("inbox:receive_at", args=["whatsapp", self.stage.channel.key])
        answer = Client(SERVER_NAME="localhost").post(
            path,
            data=json.dumps(body),
            content_type="application/json",
            **{SECRET_HEADER: self.stage.channel.secret},
        )
        return answer.status_code

    def say(self, *texts: str, **how: Any) -> list[str]:
        """Send texts within one window, let all settle, and return the replies."""
        for place, text in enumerate(texts):
            if place:
                self.clock.move(TOGETHER)
            self.send(Line(text=text, message_id=new_id(), **how))
        self.settle()
        return self.replies()

    def settle(self, within: timedelta = SETTLES) -> None:
        """Do all work that is due within some time, at its time; the clock moves to the last item."""
        until = self.clock.now() + within
        self.run_due()
        while (due := self._next_due()) is not None and due <= until:
            self.clock.move_to(due)
            self.run_due()

    def wait(self, until: datetime) -> None:
        """Let time pass: work is done when it is due, reminders and expiries come when they must."""
        while (moment := self._next_moment(until)) is not None:
            self.clock.move_to(moment)
            mind_clocks(now=self.clock.now())
            self.run_due()
        self.clock.move_to(until)
        mind_clocks(now=self.clock.now())
        self.run_due()

    def run_due(self) -> None:
        """Work off everything that is due now, of all queues, in this process."""
        for _ in range(MOST_ITEMS):
            items = [item for queue in Queue.values if (item := claim(queue=queue, worker="rehearsal"))]
            if not items:
                return
            for item in items:
                self.worked.append(item.kind)
                if item.kind in _SKIPPED:
                    WorkItem.objects.filter(pk=item.pk).update(status=WorkItem.Status.CANCELLED)
                else:
                    runner.run(item)
        raise RuntimeError("work makes work without end")

    def replies(self) -> list[str]:
        """Return the texts that were put since the last call, in order."""
        return [one.text for one in self.new_messages() if one.kind == OutboundMessage.Kind.TEXT]

    def new_messages(self) -> list[OutboundMessage]:
        """Return what was put into the outbox since the last call, in order."""
        conversation = self.conversation
        if conversation is None:
            return []
        mine = OutboundMessage.objects.filter(conversation=conversation, seq__gt=self.heard)
        messages = list(mine.exclude(state=OutboundMessage.State.SUPERSEDED).order_by("seq"))
        self.heard = conversation.out_seq
        return messages

    def session(self) -> Session | None:
        """Return the newest session."""
        sessions = Session.objects.filter(conversation__channel=self.stage.channel)
        return sessions.order_by("-opened_at", "-pk").first()

    def mirrors(self) -> Iterator[OutboundMessage]:
        """Yield the mirrors that were shown, oldest first."""
        shown = OutboundMessage.objects.filter(conversation=self.conversation).exclude(mirror_hash="")
        yield from shown.order_by("seq")

    def requests(self) -> list[InvoiceRequest]:
        """Return the requests for notes that were made in the chat."""
        asked = InvoiceRequest.objects.filter(
            firm_id=self.stage.firm.pk, origin="chat", pk__gt=self.first_request
        )
        return list(asked.order_by("pk"))

    def requests_made(self) -> int:
        """Return how many requests the dialog made so far."""
        return len(self.requests())

    def forget_requests(self) -> None:
        """Let the dialog begin here: what was asked for and ended before is no part of it."""
        self.first_request = max((request.pk for request in self.requests()), default=self.first_request)

    def was_closed_before(self, session: Session | None) -> bool:
        """Whether a session had ended when this was asked before; asked after each turn."""
        if session is None or session.closed_at is None:
            return False
        is_old = session.pk in self.old_sessions
        self.old_sessions.add(session.pk)
        return is_old

    def knows(self, message_id: str) -> bool:
        """Whether a message of this id was delivered before."""
        mine = InboundMessage.objects.filter(channel=self.stage.channel, provider_message_id=message_id)
        return mine.exists()

    def last_inbound(self) -> InboundMessage | None:
        return InboundMessage.objects.filter(channel=self.stage.channel).order_by("-seq").first()

    def _next_due(self) -> datetime | None:
        """Return when the next work is due after this moment; what is due and did not run is blocked."""
        later = WorkItem.objects.filter(status=WorkItem.Status.PENDING, run_after__gt=self.clock.now())
        moment: datetime | None = later.order_by("run_after").values_list("run_after", flat=True).first()
        return moment

    def _next_moment(self, until: datetime) -> datetime | None:
        moments = [moment for moment in (self._next_due(), self._next_clock()) if moment is not None]
        coming = [moment for moment in moments if self.clock.now() < moment <= until]
        return min(coming, default=None)

    def _next_clock(self) -> datetime | None:
        session = self.session()
        if session is None or session.expires_at is None:
            return None
        remind = session.expires_at - REMIND_BEFORE
        is_reminded = session.reminded_at is not None or remind <= self.clock.now()
        return session.expires_at if is_reminded else remind
