"""Signed webhooks: at least once, in no order, again without an answer; late, twice or held on demand."""

import asyncio
import hashlib
import hmac
import json
import random
from collections import deque
from typing import Any

import httpx

from sandbox.stripe.office import VERSION, Office

TRIES = 6
PAUSE = 0.5
TIMEOUT = 10.0


class Messenger:
    """Delivers events to one endpoint in the background and remembers what became of the last ones."""

    def __init__(self, office: Office, url: str, secret: str) -> None:
        self.office = office
        self.default = (url, secret)
        self.url, self.secret = self.default
        self.sent: deque[dict[str, Any]] = deque(maxlen=2000)
        self.held: list[dict[str, Any]] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._batch: list[dict[str, Any]] = []
        self._generation = 0

    def forget(self) -> None:
        """Drop what is held or on its way, and go back to the first endpoint."""
        self.url, self.secret = self.default
        self.sent.clear()
        self.held.clear()
        self._batch.clear()
        self._generation += 1

    def tell(self, kind: str, about: dict[str, Any]) -> None:
        """Make an event of what happened. Those of one deed leave together, after it."""
        event = self.office.add(
            "event",
            "evt",
            object="event",
            api_version=VERSION,
            type=kind,
            livemode=bool(about.get("livemode")),
            pending_webhooks=1,
            data={"object": json.loads(json.dumps(public(about)))},
            request={"id": None, "idempotency_key": None},
        )
        if self.office.plan.webhooks == "held":
            self.held.append(event)
        elif self.office.plan.webhooks != "never":
            if not self._batch:
                self.start(self._leave())
            self._batch.append(event)

    def release(self, copies: int, order: str, seed: int) -> int:
        """Deliver what is held, each so many times: "sent", "reversed" or "shuffled"; return how many."""
        events = self.held * copies
        self.held = []
        if order == "reversed":
            events.reverse()
        elif order == "shuffled":
            random.Random(seed).shuffle(events)
        self.start(self._deliver(events, 0.0, at_once=True))
        return len(events)

    def send_again(self, event: dict[str, Any], copies: int) -> None:
        """Deliver one event again, so many times at once."""
        self.start(self._deliver([event] * copies, 0.0, at_once=True))

    def start(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _leave(self) -> None:
        await asyncio.sleep(0)
        events, self._batch = self._batch, []
        plan = self.office.plan
        if plan.webhooks == "reversed":
            events.reverse()
        if plan.webhooks == "twice":
            events = [event for event in events for _ in range(2)]
        await self._deliver(events, plan.webhook_seconds, at_once=False)

    async def _deliver(self, events: list[dict[str, Any]], seconds: float, *, at_once: bool) -> None:
        generation = self._generation
        await asyncio.sleep(seconds)
        if not self.url or generation != self._generation:
            return
        async with httpx.AsyncClient(timeout=TIMEOUT) as client:
            deliveries = [self._post(client, event, generation) for event in events]
            if at_once:
                await asyncio.gather(*deliveries)
                return
            for delivery in deliveries:
                await delivery

    async def _post(self, client: httpx.AsyncClient, event: dict[str, Any], generation: int) -> None:
        body = json.dumps(event, ensure_ascii=False, indent=2)
        for attempt in range(1, TRIES + 1):
            if generation != self._generation:
                return
            status = await self._post_once(client, body)
            self.sent.append({"id": event["id"], "type": event["type"], "status": status})
            if status is not None and 200 <= status < 300:
                return
            await asyncio.sleep(PAUSE * attempt)

    async def _post_once(self, client: httpx.AsyncClient, body: str) -> int | None:
        moment = self.office.now()
        signature = hmac.new(self.secret.encode(), f"{moment}.{body}".encode(), hashlib.sha256).hexdigest()
        headers = {"Stripe-Signature": f"t={moment},v1={signature}", "Content-Type": "application/json"}
        try:
            response = await client.post(self.url, content=body.encode(), headers=headers)
        except httpx.HTTPError:
            return None
        return response.status_code


def public(document: dict[str, Any]) -> dict[str, Any]:
    """Return a document without what only the emulator knows."""
    return {name: value for name, value in document.items() if not name.startswith("_")}
