"""The API under /stripe/v1: checkout sessions, payments, refunds, disputes."""

import hashlib
import json
import secrets
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.answers import answer
from sandbox.stripe.answers import Endpoint, Problem, keyed, read_form
from sandbox.stripe.deeds import Deeds, Document
from sandbox.stripe.messenger import public
from sandbox.stripe.office import Office

SHORTEST, LONGEST = 30 * 60, 24 * 3600
BOLETO_LIMITS = (500, 4_999_999)
LONGEST_PAGE = 100
KNOWN_METHODS = ("card", "boleto", "pix")


class PaymentsApi:
    def __init__(self, office: Office, deeds: Deeds) -> None:
        self.office = office
        self.deeds = deeds

    def routes(self) -> list[Route]:
        listed: list[tuple[str, str, Endpoint]] = [
            ("POST", "/v1/checkout/sessions", self.create_session),
            ("GET", "/v1/checkout/sessions", self.list_sessions),
            ("GET", "/v1/checkout/sessions/{id}", self.get_session),
            ("POST", "/v1/checkout/sessions/{id}/expire", self.expire_session),
            ("GET", "/v1/payment_intents/{id}", self.get_intent),
            ("POST", "/v1/refunds", self.create_refund),
            ("GET", "/v1/refunds", self.list_refunds),
            ("GET", "/v1/disputes", self.list_disputes),
        ]
        return [Route(path, keyed(endpoint), methods=[method]) for method, path, endpoint in listed]

    async def create_session(self, request: Request) -> Response:
        form = await read_form(request)
        return self._once(request, form, lambda: self._create_session(request, form))

    def _create_session(self, request: Request, form: dict[str, Any]) -> Document:
        if "payment_method_types" in form:
            raise Problem(400, "parameter_unknown", "payment_method_types is gone", "payment_method_types")
        price = (form.get("line_items") or [{}])[0].get("price_data") or {}
        try:
            cents, expires_at = int(price["unit_amount"]), int(form["expires_at"])
        except (KeyError, ValueError) as error:
            raise Problem(400, "parameter_missing", "Missing required param", str(error)) from error
        if not SHORTEST <= expires_at - self.office.now() <= LONGEST:
            raise Problem(400, "parameter_invalid_integer", "30 minutes to 24 hours", "expires_at")
        methods = self._choose_methods(form.get("allowed_payment_method_types") or list(KNOWN_METHODS), cents)
        base = str(request.base_url).rstrip("/").removesuffix("/stripe") + "/stripe"
        identifier = f"cs_test_{secrets.token_hex(16)}"
        return self.office.put(
            "session",
            {
                "id": identifier,
                "object": "checkout.session",
                "created": self.office.now(),
                "livemode": False,
                "mode": form.get("mode"),
                "status": "open",
                "payment_status": "unpaid",
                "url": f"{base}/c/pay/{identifier}",
                "amount_subtotal": cents,
                "amount_total": cents,
                "currency": price.get("currency"),
                "client_reference_id": form.get("client_reference_id"),
                "metadata": form.get("metadata") or {},
                "customer_email": form.get("customer_email"),
                "payment_intent": None,
                "payment_method_types": methods,
                "expires_at": expires_at,
                "success_url": form.get("success_url"),
                "cancel_url": form.get("cancel_url"),
                "_name": (price.get("product_data") or {}).get("name", ""),
                "_intent_metadata": (form.get("payment_intent_data") or {}).get("metadata") or {},
                "_options": form.get("payment_method_options") or {},
                "_address": base,
            },
        )

    def _choose_methods(self, asked: list[str], cents: int) -> list[str]:
        """A filter: what the account or the amount does not allow is left out without an error."""
        has = self.office.plan.methods.split()
        if self.office.plan.strict_methods and (lacking := set(asked) - set(has)):
            raise Problem(400, "payment_method_unactivated", f"Not activated: {', '.join(sorted(lacking))}")
        fits = BOLETO_LIMITS[0] <= cents <= BOLETO_LIMITS[1]
        methods = [name for name in asked if name in has and (name != "boleto" or fits)]
        if not methods:
            raise Problem(400, "no_payment_methods", "No valid payment method types for this session")
        return methods

    def _once(self, request: Request, form: dict[str, Any], work: Any) -> Response:
        """Do it once per idempotency key; other parameters with a known key are an error."""
        key = request.headers.get("idempotency-key", "")
        asked = hashlib.sha256(json.dumps([request.url.path, form], sort_keys=True).encode()).hexdigest()
        known = self.office.find("key", key) if key else None
        if known is not None and known["asked"] != asked:
            raise Problem(400, "", "Keys for idempotent requests", kind="idempotency_error")
        if known is None:
            made = work()
            if key:
                self.office.put("key", {"id": key, "asked": asked, "made": public(made)})
            return answer(public(made))
        return answer(known["made"], headers={"Idempotent-Replayed": "true"})

    async def list_sessions(self, request: Request) -> Response:
        found = self.office.of_intent("session", request.query_params.get("payment_intent", ""))
        return _list(found, "/v1/checkout/sessions")

    async def get_session(self, request: Request) -> Response:
        session = self.deeds.look(self._get(request, "session"))
        shown = public(session)
        if "payment_intent.latest_charge" in request.query_params.values() and session["payment_intent"]:
            intent = public(self.office.documents["intent"][session["payment_intent"]])
            if intent["latest_charge"]:
                intent["latest_charge"] = self.office.find("charge", intent["latest_charge"])
            shown["payment_intent"] = intent
        return answer(shown)

    async def expire_session(self, request: Request) -> Response:
        return answer(public(self.deeds.expire(self._get(request, "session"))))

    async def get_intent(self, request: Request) -> Response:
        return answer(public(self._get(request, "intent")))

    async def create_refund(self, request: Request) -> Response:
        form = await read_form(request)
        cents = int(form["amount"]) if form.get("amount") else None
        intent_id, metadata = form.get("payment_intent", ""), form.get("metadata")
        return self._once(request, form, lambda: self.deeds.refund(intent_id, cents, metadata))

    async def list_refunds(self, request: Request) -> Response:
        return self._list_page(request, "refund", "/v1/refunds")

    async def list_disputes(self, request: Request) -> Response:
        return self._list_page(request, "dispute", "/v1/disputes")

    def _list_page(self, request: Request, kind: str, url: str) -> Response:
        """Those of one payment, or of all since a time, newest first, from the one after `starting_after`."""
        asked = request.query_params
        if intent_id := asked.get("payment_intent", ""):
            found = self.office.of_intent(kind, intent_id)
        else:
            found = self.office.made_since(kind, _read_count(asked.get("created[gte]", "0")))
        if seen := asked.get("starting_after", ""):
            ids = [each["id"] for each in found]
            if seen not in ids:
                raise Problem(400, "resource_missing", f"No such {kind}", "starting_after")
            found = found[ids.index(seen) + 1 :]
        limit = _read_count(asked.get("limit", "10"))
        if not 1 <= limit <= LONGEST_PAGE:
            raise Problem(400, "parameter_invalid_integer", "1 to 100", "limit")
        return _list(found[:limit], url, has_more=len(found) > limit)

    def _get(self, request: Request, kind: str) -> Document:
        found = self.office.find(kind, request.path_params["id"])
        if found is None:
            raise Problem(404, "resource_missing", f"No such {kind}", "id")
        return found


def _read_count(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise Problem(400, "parameter_invalid_integer", "Invalid integer")
    return int(text)


def _list(found: list[Document], url: str, *, has_more: bool = False) -> Response:
    shown = [public(each) for each in found]
    return answer({"object": "list", "url": url, "has_more": has_more, "data": shown})
