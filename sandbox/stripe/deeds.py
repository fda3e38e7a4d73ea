"""What payers, banks and people at the Dashboard do; each deed changes documents and tells of it."""

from typing import Any

from sandbox.stripe.answers import Problem
from sandbox.stripe.messenger import Messenger
from sandbox.stripe.office import Office

EXPIRED = "payment_intent_payment_attempt_expired"
BOLETO_SECONDS = 3 * 24 * 3600
CLOSED_DISPUTES = ("won", "lost", "warning_closed", "prevented")

Document = dict[str, Any]


class Deeds:
    def __init__(self, office: Office, messenger: Messenger) -> None:
        self.office = office
        self.messenger = messenger

    def pay(self, session: Document, method: str) -> Document:
        """The payer pays on the checkout page: a card at once, a boleto or Pix when it is settled."""
        if session["status"] != "open":
            raise Problem(400, "session_not_open", "The session is not open")
        if method not in session["payment_method_types"]:
            raise Problem(400, "payment_method_not_available", f"{method} is not offered", "method")
        intent = self._ensure_intent(session, method)
        session["status"] = "complete"
        if method == "card":
            self._succeed(session, intent)
        else:
            self._wait(session, intent, method)
        self.messenger.tell("checkout.session.completed", session)
        return session

    def decline(self, session: Document) -> None:
        """The bank refuses the card: the page stays open and says so."""
        intent = self._ensure_intent(session, "card")
        intent["last_payment_error"] = {"type": "card_error", "code": "card_declined"}
        self.office.put("intent", intent)

    def settle(self, session: Document) -> Document:
        """The bank confirms a boleto or Pix."""
        intent = self._waiting_intent(session)
        self._succeed(session, intent)
        self.messenger.tell("checkout.session.async_payment_succeeded", session)
        return session

    def fail(self, session: Document) -> Document:
        """The boleto or Pix was not paid in time."""
        intent = self._waiting_intent(session)
        intent |= {
            "status": "requires_payment_method",
            "next_action": None,
            "last_payment_error": {
                "type": "invalid_request_error",
                "code": "payment_intent_payment_attempt_expired",
            },
        }
        self.office.put("intent", intent)
        self.messenger.tell("checkout.session.async_payment_failed", session)
        return session

    def expire(self, session: Document) -> Document:
        if session["status"] != "open":
            raise Problem(400, "session_not_open", "Only open sessions can be expired")
        session |= {"status": "expired", "url": None}
        self.office.put("session", session)
        self.messenger.tell("checkout.session.expired", session)
        return session

    def look(self, session: Document) -> Document:
        """Let time pass for a session."""
        if session["status"] == "open" and session["expires_at"] <= self.office.now():
            return self.expire(session)
        return session

    def refund(self, intent_id: str, cents: int | None = None, metadata: Document | None = None) -> Document:
        """Give money back; Stripe refuses boletos and more than is left."""
        intent = self.office.find("intent", intent_id)
        charge = self.office.find("charge", (intent or {}).get("latest_charge") or "")
        if charge is None:
            raise Problem(404, "resource_missing", "No such payment_intent", "payment_intent")
        left = charge["amount"] - charge["amount_refunded"]
        cents = left if cents is None else cents
        if charge["payment_method_details"]["type"] == "boleto":
            raise Problem(400, "charge_not_refundable", "Boleto payments cannot be refunded")
        if not 0 < cents <= left:
            code = "charge_already_refunded" if not left else "amount_too_large"
            raise Problem(400, code, "Refund amount is greater than unrefunded amount", "amount")
        status = "pending" if self.office.plan.refunds == "failed" else self.office.plan.refunds
        refund = self.office.add(
            "refund",
            "re",
            object="refund",
            amount=cents,
            currency=charge["currency"],
            charge=charge["id"],
            payment_intent=intent_id,
            status=status,
            reason=None,
            metadata=metadata or {},
        )
        self._count_refunded(charge)
        self.messenger.tell("refund.created", refund)
        self.messenger.tell("charge.refunded", charge)
        return refund if self.office.plan.refunds != "failed" else self.end_refund(refund, "failed")

    def end_refund(self, refund: Document, status: str) -> Document:
        """A refund succeeds or fails later."""
        refund["status"] = status
        self.office.put("refund", refund)
        charge = self.office.find("charge", refund["charge"])
        if charge is not None:
            self._count_refunded(charge)
        self.messenger.tell("refund.failed" if status == "failed" else "refund.updated", refund)
        return refund

    def dispute(self, intent_id: str, cents: int | None = None, status: str = "needs_response") -> Document:
        """The payer disputes the payment at the bank."""
        intent = self.office.find("intent", intent_id)
        charge = self.office.find("charge", (intent or {}).get("latest_charge") or "")
        if charge is None:
            raise Problem(404, "resource_missing", "No such payment_intent", "payment_intent")
        charge["disputed"] = True
        self.office.put("charge", charge)
        dispute = self.office.add(
            "dispute",
            "dp",
            object="dispute",
            amount=charge["amount"] if cents is None else cents,
            currency=charge["currency"],
            charge=charge["id"],
            payment_intent=intent_id,
            status=status,
            reason="fraudulent",
            livemode=False,
            metadata={},
        )
        self.messenger.tell("charge.dispute.created", dispute)
        self.messenger.tell("charge.dispute.funds_withdrawn", dispute)
        return dispute

    def end_dispute(self, dispute: Document, status: str) -> Document:
        """The bank decides: won, lost, warning_closed or prevented."""
        if status not in CLOSED_DISPUTES:
            raise Problem(400, "", f"status: {', '.join(CLOSED_DISPUTES)}")
        dispute["status"] = status
        self.office.put("dispute", dispute)
        if status == "won":
            self.messenger.tell("charge.dispute.funds_reinstated", dispute)
        self.messenger.tell("charge.dispute.closed", dispute)
        return dispute

    def _ensure_intent(self, session: Document, method: str) -> Document:
        intent = self.office.find("intent", session["payment_intent"] or "")
        if intent is None:
            intent = self.office.add(
                "intent",
                "pi",
                object="payment_intent",
                amount=session["amount_total"],
                currency=session["currency"],
                status="requires_payment_method",
                metadata=session["_intent_metadata"],
                latest_charge=None,
                next_action=None,
                last_payment_error=None,
                livemode=session["livemode"],
                payment_method_types=session["payment_method_types"],
            )
            session["payment_intent"] = intent["id"]
            self.office.put("session", session)
        intent["_method"] = method  # the types go on naming all that the page offers
        return self.office.put("intent", intent)

    def _wait(self, session: Document, intent: Document, method: str) -> None:
        options = session["_options"].get(method) or {}
        seconds = int(options.get("expires_after_seconds") or 0) or BOLETO_SECONDS
        url = f"{session['_address']}/{method}/{session['id']}"
        details = {
            "hosted_voucher_url": url,
            "hosted_instructions_url": url,
            "expires_at": self.office.now() + seconds,
        }
        name = "boleto_display_details" if method == "boleto" else "pix_display_qr_code"
        intent |= {"status": "requires_action", "next_action": {"type": name, name: details}}
        self.office.put("intent", intent)
        self.office.put("session", session)

    def _waiting_intent(self, session: Document) -> Document:
        intent = self.office.find("intent", session["payment_intent"] or "")
        if session["status"] != "complete" or intent is None or intent["status"] != "requires_action":
            raise Problem(400, "not_waiting", "The session waits for no payment")
        return intent

    def _succeed(self, session: Document, intent: Document) -> None:
        method = intent["_method"]
        charge = self.office.add(
            "charge",
            "ch",
            object="charge",
            amount=session["amount_total"],
            amount_refunded=0,
            currency=session["currency"],
            payment_intent=intent["id"],
            metadata=intent["metadata"],
            paid=True,
            refunded=False,
            disputed=False,
            livemode=session["livemode"],
            payment_method_details={"type": method, method: {}},
        )
        intent |= {
            "status": "succeeded",
            "latest_charge": charge["id"],
            "next_action": None,
            "last_payment_error": None,
        }
        session |= {"status": "complete", "payment_status": "paid", "url": None}
        self.office.put("intent", intent)
        self.office.put("session", session)

    def _count_refunded(self, charge: Document) -> None:
        refunds = self.office.of_intent("refund", charge["payment_intent"])
        given = [each["amount"] for each in refunds if each["status"] not in ("failed", "canceled")]
        charge["amount_refunded"] = sum(given)
        charge["refunded"] = charge["amount_refunded"] == charge["amount"]
        self.office.put("charge", charge)
