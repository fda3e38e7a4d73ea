"""Webhooks as Evolution emits them: each by itself, again after a failure, lost in a restart (6)."""

import asyncio
import json
import random
from collections import deque
from datetime import datetime, timedelta
from typing import Any

import httpx

from sandbox.evolution.office import Document, Office
from sandbox.evolution.people import PERSON

DELAYS = (5, 10, 20, 40, 80, 160, 300, 300, 300)
FINAL = frozenset({400, 401, 403, 404, 422})
JITTER = 0.2
TIMEOUT = 10.0
USER_AGENTS = {"2.4.0": "EvolutionAPI-Webhook/2.3.7"}
USUAL_AGENT = "axios/1.7.9"


class Messenger:
    """Delivers in the background and remembers what became of the last webhooks."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.sent: deque[Document] = deque(maxlen=5000)
        self.held: list[tuple[Document, Document]] = []
        self.pending = 0
        self._tasks: set[asyncio.Task[Any]] = set()
        self._generation = 0
        self._client: httpx.AsyncClient | None = None

    def forget(self) -> None:
        """Drop what is held or waits for another attempt, as a restart of Evolution does."""
        self.sent.clear()
        self.held.clear()
        self.pending = 0
        self._generation += 1

    def tell(self, instance: Document, event: str, data: Any, *, late: float = 0.0, copies: int = 1) -> None:
        """Emit one event, if the instance is subscribed to it and its plan lets webhooks out."""
        plan, hook = self.office.plan, instance["webhook"]
        wanted = event.replace(".", "_").upper()
        if not hook or not hook["enabled"] or plan.webhooks == "never" or instance["is_dead"]:
            return
        if hook["events"] and wanted not in hook["events"]:
            return
        body = self._envelope(instance, hook, event, data)
        if plan.webhooks == "held":
            self.held.append((hook, body))
            return
        for _ in range(copies * (2 if plan.webhooks == "twice" else 1)):
            self.start(self._deliver(hook, body, plan.webhook_seconds + late))

    async def tell_now(self, instance: Document, event: str, data: Any) -> None:
        """Emit one event and wait until its first attempt is over, as `create` does with the QR."""
        before = len(self._tasks)
        self.tell(instance, event, data)
        if len(self._tasks) > before:
            await asyncio.sleep(0.05)

    def release(self, copies: int, order: str, seed: int) -> int:
        """Deliver what is held, each so many times: "sent", "reversed" or "shuffled"; return how many."""
        kept = self.held * copies
        self.held = []
        if order == "reversed":
            kept.reverse()
        elif order == "shuffled":
            random.Random(seed).shuffle(kept)
        self.start(self._deliver_in_turn(kept))
        return len(kept)

    def start(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _envelope(self, instance: Document, hook: Document, event: str, data: Any) -> Document:
        local = self.office.now().replace(tzinfo=None)
        body = {
            "event": event,
            "instance": instance["name"],
            "data": data,
            "destination": hook["url"],
            "date_time": local.isoformat(timespec="milliseconds") + "Z",  # local time, and not UTC
            "server_url": "https://evolution.example",
            "apikey": None,
        }
        if instance["number"]:
            body["sender"] = f"{instance['number']}{PERSON}"
        return body

    async def _deliver_in_turn(self, kept: list[tuple[Document, Document]]) -> None:
        for hook, body in kept:
            await self._deliver(hook, body, 0.0)

    async def _deliver(self, hook: Document, body: Document, late: float) -> None:
        """Post until an answer that ends it; the generation that a reset ended delivers nothing more."""
        generation, plan = self._generation, self.office.plan
        self.pending += 1
        await asyncio.sleep(late)
        content = json.dumps(body, ensure_ascii=False).encode()
        for attempt in range(plan.attempts):
            if generation != self._generation:
                return
            status = await self._post(hook, content)
            self.sent.append(_line(body, status, attempt + 1))
            if status is not None and (200 <= status < 300 or status in FINAL):
                break
            if attempt + 1 < plan.attempts:
                await asyncio.sleep(_delay(attempt) * plan.retry_scale)
        if generation == self._generation:
            self.pending -= 1

    async def _post(self, hook: Document, content: bytes) -> int | None:
        """Return the status, None when nobody answered in time."""
        headers = {
            "Content-Type": "application/json",
            "User-Agent": USER_AGENTS.get(self.office.plan.version, USUAL_AGENT),
            **{str(name): str(value) for name, value in hook["headers"].items()},
        }
        try:
            response = await self._http().post(hook["url"], content=content, headers=headers)
        except httpx.HTTPError:
            return None
        return response.status_code

    def _http(self) -> httpx.AsyncClient:
        if self._client is None:
            limits = httpx.Limits(max_connections=100, max_keepalive_connections=50)
            self._client = httpx.AsyncClient(timeout=TIMEOUT, limits=limits, trust_env=False)
        return self._client


def _delay(attempt: int) -> float:
    return DELAYS[min(attempt, len(DELAYS) - 1)] * random.uniform(1 - JITTER, 1 + JITTER)


def _line(body: Document, status: int | None, attempt: int) -> Document:
    data = body["data"] if isinstance(body["data"], dict) else {}
    identifier = (data.get("key") or {}).get("id") or data.get("keyId") or ""
    return {
        "instance": body["instance"],
        "event": body["event"],
        "id": identifier,
        "status": status,
        "attempt": attempt,
    }


def seconds_of(moment: datetime) -> int:
    return int(moment.timestamp())


def later(moment: datetime, seconds: float) -> datetime:
    return moment + timedelta(seconds=seconds)
