"""Control of Stripe: what is paid, how webhooks come, what payers, banks and the Dashboard do."""

from collections import Counter
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.answers import answer, read_json
from sandbox.guard import Endpoint, guarded
from sandbox.plans import change_plan, release_webhooks
from sandbox.stripe.answers import Problem
from sandbox.stripe.deeds import Deeds, Document
from sandbox.stripe.messenger import Messenger, public
from sandbox.stripe.office import Office


class StripeControl:
    """Endpoints under /_control/stripe."""

    def __init__(self, office: Office, deeds: Deeds, messenger: Messenger) -> None:
        self.office = office
        self.deeds = deeds
        self.messenger = messenger

    def routes(self) -> list[Route]:
        listed: list[tuple[str, str, Endpoint]] = [
            ("GET", "/stripe", self.show),
            ("POST", "/stripe/plan", self.set_plan),
            ("POST", "/stripe/endpoint", self.set_endpoint),
            ("POST", "/stripe/release", self.release),
            ("POST", "/stripe/sessions/{id}", self.act_on_session),
            ("POST", "/stripe/payments/{id}", self.act_on_payment),
            ("POST", "/stripe/refunds/{id}", self.end_refund),
            ("POST", "/stripe/disputes/{id}", self.end_dispute),
            ("POST", "/stripe/events/{id}", self.send_again),
        ]
        return [
            Route(path, guarded(_answering(endpoint)), methods=[method]) for method, path, endpoint in listed
        ]

    def clear(self) -> None:
        self.office.load()
        self.messenger.forget()

    async def show(self, _request: Request) -> Response:
        """List what Stripe holds, oldest first, and what it delivered; `paid` is by order."""
        documents = self.office.documents
        paid: Counter[str] = Counter()
        for session in documents["session"].values():
            if session["payment_status"] == "paid":
                paid[str(session["client_reference_id"])] += session["amount_total"]
        listed = {f"{kind}s": [public(each) for each in documents[kind].values()] for kind in documents}
        listed.pop("keys")
        return answer(
            {
                **listed,
                "paid": dict(paid),
                "sent": list(self.messenger.sent),
                "held": len(self.messenger.held),
            }
        )

    async def set_plan(self, request: Request) -> Response:
        return await change_plan(self.office, request)

    async def set_endpoint(self, request: Request) -> Response:
        body = await read_json(request)
        self.messenger.url = str(body.get("url", ""))
        self.messenger.secret = str(body.get("secret", self.messenger.secret))
        return answer({})

    async def release(self, request: Request) -> Response:
        return await release_webhooks(self.messenger, request)

    async def act_on_session(self, request: Request) -> Response:
        """`do`: pay (with `method`), decline, settle, fail, expire; `change`: fields to be falsified."""
        session, body = self._find(request, "session"), await read_json(request)
        if body.get("change"):
            return answer(public(self.office.put("session", session | body["change"])))
        if body.get("do") == "pay":
            return answer(public(self.deeds.pay(session, str(body.get("method", "card")))))
        deeds: dict[str, Any] = {
            "decline": self.deeds.decline,
            "settle": self.deeds.settle,
            "fail": self.deeds.fail,
            "expire": self.deeds.expire,
        }
        deed = deeds.get(str(body.get("do")))
        if deed is None:
            raise Problem(400, "", f"do: pay, {', '.join(deeds)}")
        deed(session)
        return answer(public(session))

    async def act_on_payment(self, request: Request) -> Response:
        """`do`: refund or dispute a payment_intent, whole or `cents` of it; a dispute with a `status`."""
        body, intent = await read_json(request), self._find(request, "intent")
        cents = int(body["cents"]) if body.get("cents") else None
        if body.get("do") == "dispute":
            status = str(body.get("status", "needs_response"))
            return answer(public(self.deeds.dispute(intent["id"], cents, status)))
        return answer(public(self.deeds.refund(intent["id"], cents)))

    async def end_refund(self, request: Request) -> Response:
        status = str((await read_json(request)).get("status", "failed"))
        return answer(public(self.deeds.end_refund(self._find(request, "refund"), status)))

    async def end_dispute(self, request: Request) -> Response:
        status = str((await read_json(request)).get("status", "won"))
        return answer(public(self.deeds.end_dispute(self._find(request, "dispute"), status)))

    async def send_again(self, request: Request) -> Response:
        copies = int((await read_json(request)).get("copies", 1))
        self.messenger.send_again(self._find(request, "event"), copies)
        return answer({})

    def _find(self, request: Request, kind: str) -> Document:
        found = self.office.find(kind, request.path_params["id"])
        if found is None:
            raise Problem(404, "resource_missing", f"no such {kind}")
        return found


def _answering(endpoint: Endpoint) -> Endpoint:
    async def act(request: Request) -> Response:
        try:
            return await endpoint(request)
        except Problem as problem:
            return answer({"message": problem.message}, problem.status)

    return act
