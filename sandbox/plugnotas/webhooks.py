"""Telling the product that a note changed: late, twice or in the wrong order, as its plan says."""

import asyncio
from collections import deque
from typing import Any

import httpx

from sandbox.plugnotas.office import PROCESSING, Office
from sandbox.plugnotas.rows import row_of

TRIES = 3
TIMEOUT = 10.0


class Messenger:
    """Delivers webhooks in the background and remembers what became of the last ones."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.sent: deque[dict[str, Any]] = deque(maxlen=1000)
        self._tasks: set[asyncio.Task[None]] = set()
        self._generation = 0

    def forget(self) -> None:
        """Drop what is on its way: it belongs to notes that are no more."""
        self.sent.clear()
        self._generation += 1

    def watch(self, note: dict[str, Any], seconds: float) -> None:
        """Look at a note again after a while and tell when it changed."""
        self._start(self._watch(note["id"], seconds, self._generation))

    def tell(self, note: dict[str, Any]) -> None:
        """Tell the present state of a note."""
        plan = note["plan"]
        if plan["webhooks"] == "never":
            return
        states: dict[str, list[dict[str, str]]] = {
            "twice": [{}, {}],
            "reversed": [{}, {"situacao": PROCESSING}],
        }
        bodies = [{**row_of(note), **change} for change in states.get(plan["webhooks"], [{}])]
        self._start(self._deliver(note["prestador"], bodies, plan["webhook_seconds"], self._generation))

    def _start(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _watch(self, key: str, seconds: float, generation: int) -> None:
        await asyncio.sleep(seconds + 0.05)
        note = self.office.notes.get(key)
        if generation == self._generation and note is not None and self.office.settle(note):
            self.tell(note)

    async def _deliver(
        self, document: str, bodies: list[dict[str, Any]], seconds: float, generation: int
    ) -> None:
        await asyncio.sleep(seconds)
        hook = self.office.webhooks.get(document) or self.office.webhooks.get("account")
        if hook is None or generation != self._generation:
            return
        async with httpx.AsyncClient(timeout=TIMEOUT) as client:
            for body in bodies:
                await self._post(client, hook, body)

    async def _post(self, client: httpx.AsyncClient, hook: dict[str, Any], body: dict[str, Any]) -> None:
        """Post until the answer is 2xx, three times at most."""
        headers = {name: str(value) for name, value in (hook.get("headers") or {}).items()}
        for attempt in range(1, TRIES + 1):
            status = await post(client, hook["url"], headers, body)
            self.sent.append(
                {"url": hook["url"], "id": body["id"], "situacao": body["situacao"], "status": status}
            )
            if status is not None and 200 <= status < 300:
                return
            await asyncio.sleep(attempt)


async def post(
    client: httpx.AsyncClient, url: str, headers: dict[str, str], body: dict[str, Any]
) -> int | None:
    """Return the status, None when nobody answered."""
    try:
        response = await client.post(url, json=body, headers=headers)
    except httpx.HTTPError:
        return None
    return response.status_code
