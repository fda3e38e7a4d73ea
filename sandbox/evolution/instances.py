"""Instances: create, QR, state, restart, log out, delete, settings, webhook (evolution.md 4)."""

import asyncio
import base64
import io
import secrets
from typing import Any

import qrcode
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.answers import answer, read_json
from sandbox.evolution.answers import Problem, answering, lacks, may_use, missing, unlicensed
from sandbox.evolution.messenger import Messenger
from sandbox.evolution.office import Document, Office, new_instance
from sandbox.evolution.people import PERSON
from sandbox.guard import Endpoint

EVENTS = frozenset(
    """
    APPLICATION_STARTUP QRCODE_UPDATED MESSAGES_SET MESSAGES_UPSERT MESSAGES_EDITED MESSAGES_UPDATE
    MESSAGES_DELETE SEND_MESSAGE SEND_MESSAGE_UPDATE CONTACTS_SET CONTACTS_UPSERT CONTACTS_UPDATE
    PRESENCE_UPDATE CHATS_SET CHATS_UPSERT CHATS_UPDATE CHATS_DELETE GROUPS_UPSERT GROUP_UPDATE
    GROUP_PARTICIPANTS_UPDATE CONNECTION_UPDATE LABELS_EDIT LABELS_ASSOCIATION CALL TYPEBOT_START
    TYPEBOT_CHANGE_STATUS REMOVE_INSTANCE LOGOUT_INSTANCE INSTANCE_CREATE INSTANCE_DELETE STATUS_INSTANCE
    """.split()  # noqa: SIM905 - a list of the vendor's, easier to compare as it is
)
SETTINGS = ("rejectCall", "groupsIgnore", "alwaysOnline", "readMessages", "readStatus", "syncFullHistory")
LOGGED_OUT = 401


class Reception:
    """What every route of an instance does first: it exists, and the key is its own or the global one."""

    def __init__(self, office: Office, messenger: Messenger) -> None:
        self.office = office
        self.messenger = messenger

    def guard(self, endpoint: Endpoint) -> Endpoint:
        async def act(request: Request) -> Response:
            if self.office.plan.unlicensed:
                return unlicensed()
            return await endpoint(request)

        return answering(act)

    def enter(self, request: Request) -> Document:
        """Return the instance of the path. An unknown one is 404 even without a key."""
        name = request.path_params["instance"]
        instance = self.office.instances.get(name)
        if instance is None:
            raise missing(name)
        if not may_use(request, instance["token"]):
            raise Problem(401, "Unauthorized")
        return instance


class InstancesApi(Reception):
    def routes(self) -> list[Route]:
        listed: list[tuple[str, str, Endpoint]] = [
            ("POST", "/instance/create", self.create),
            ("GET", "/instance/fetchInstances", self.fetch),
            ("GET", "/instance/connect/{instance}", self.connect),
            ("GET", "/instance/connectionState/{instance}", self.show_state),
            ("POST", "/instance/restart/{instance}", self.restart),
            ("DELETE", "/instance/logout/{instance}", self.log_out),
            ("DELETE", "/instance/delete/{instance}", self.delete),
            ("POST", "/settings/set/{instance}", self.set_settings),
            ("GET", "/settings/find/{instance}", self.find_settings),
            ("POST", "/webhook/set/{instance}", self.set_webhook),
            ("GET", "/webhook/find/{instance}", self.find_webhook),
        ]
        return [Route(path, self.guard(endpoint), methods=[method]) for method, path, endpoint in listed]

    async def create(self, request: Request) -> Response:
        body = await read_json(request)
        name = str(body.get("instanceName", ""))
        if name in self.office.instances:
            raise Problem(403, [f'This name "{name}" is already in use.'])
        if not may_use(request):
            raise Problem(401, "Unauthorized")
        if not name:
            raise lacks("instanceName")
        instance = new_instance(name, str(body.get("token", "")))
        if hook := body.get("webhook"):
            if "events" not in hook:
                raise Problem(400, ["TypeError: Cannot read properties of undefined (reading 'length')"])
            instance["webhook"] = read_webhook({**hook, "enabled": True})
        instance["settings"] = {each: bool(body.get(each, False)) for each in SETTINGS}
        self.office.save(instance)
        shown = {"count": 0}
        if body.get("qrcode"):
            shown = await self._show_qr(instance)
        return answer(
            {
                "instance": {
                    "instanceName": name,
                    "instanceId": instance["id"],
                    "integration": body.get("integration", "WHATSAPP-BAILEYS"),
                    "webhookWaBusiness": None,
                    "accessTokenWaBusiness": "",
                    "status": instance["state"],
                },
                "hash": instance["token"],
                "webhook": {
                    "webhookUrl": (instance["webhook"] or {}).get("url"),
                    "webhookHeaders": (instance["webhook"] or {}).get("headers"),
                    "webhookByEvents": False,
                    "webhookBase64": False,
                },
                "settings": {**instance["settings"], "msgCall": "", "wavoipToken": ""},
                "qrcode": shown,
            },
            201,
        )

    async def fetch(self, request: Request) -> Response:
        if not may_use(request):
            raise Problem(401, "Unauthorized")
        name = request.query_params.get("instanceName")
        if name and name not in self.office.instances:
            raise missing(name)
        rows = [each for each in self.office.instances.values() if name in (None, each["name"])]
        return answer(
            [
                {
                    "id": row["id"],
                    "name": row["name"],
                    "connectionStatus": row["state"],
                    "ownerJid": f"{row['number']}{PERSON}" if row["number"] else None,
                    "integration": "WHATSAPP-BAILEYS",
                    "token": row["token"],
                }
                for row in rows
            ]
        )

    async def connect(self, request: Request) -> Response:
        instance = self.enter(request)
        if instance["state"] == "open":
            return answer(_state(instance))
        instance["qr_count"] = 0 if instance["state"] == "close" else instance["qr_count"]
        return answer(await self._show_qr(instance))

    async def show_state(self, request: Request) -> Response:
        return answer(_state(self.enter(request)))

    async def restart(self, request: Request) -> Response:
        """Connect again with the credentials that are there; without any, nothing is to be restarted."""
        instance = self.enter(request)
        if instance["state"] == "close":
            return answer({"error": True, "message": "instance is not connected"})
        if instance["state"] == "open":
            self.say_state(instance, "connecting")
            instance["is_dead"] = False
            self.office.save(instance)
            self.say_state(instance, "open")
        return answer(_state(instance))

    async def log_out(self, request: Request) -> Response:
        instance = self.enter(request)
        if instance["state"] == "close":
            if self.office.plan.version != "2.4.0":
                raise Problem(400, [f'The "{instance["name"]}" instance is not connected'])
        else:
            self.close(instance, LOGGED_OUT)
        return answer({"status": "SUCCESS", "error": False, "response": {"message": "Instance logged out"}})

    async def delete(self, request: Request) -> Response:
        instance = self.enter(request)
        if instance["state"] != "close":
            self.close(instance, LOGGED_OUT)
        self.messenger.tell(instance, "remove.instance", None)
        self.office.remove(instance)
        return answer({"status": "SUCCESS", "error": False, "response": {"message": "Instance deleted"}})

    async def set_settings(self, request: Request) -> Response:
        instance, body = self.enter(request), await read_json(request)
        for name in SETTINGS:
            if name not in body:
                raise lacks(name)
        instance["settings"] = {name: bool(body[name]) for name in SETTINGS}
        self.office.save(instance)
        return answer({"settings": {"instanceName": instance["name"], "settings": instance["settings"]}}, 201)

    async def find_settings(self, request: Request) -> Response:
        return answer(self.enter(request)["settings"])

    async def set_webhook(self, request: Request) -> Response:
        instance, body = self.enter(request), await read_json(request)
        hook = body.get("webhook")
        if not isinstance(hook, dict):
            raise lacks("webhook")
        for name in ("enabled", "url"):
            if name not in hook:
                raise Problem(400, [[f'instance.webhook requires property "{name}"']])
        if hook["enabled"] and "events" not in hook:
            raise Problem(500, "Internal server error")
        if unknown := set(hook.get("events") or []) - EVENTS:
            raise Problem(400, [[f"instance.webhook.events[0] is not one of enum values: {min(unknown)}"]])
        instance["webhook"] = read_webhook(hook)
        self.office.save(instance)
        return answer({"id": instance["id"], "instanceId": instance["id"], **instance["webhook"]}, 201)

    async def find_webhook(self, request: Request) -> Response:
        return answer(self.enter(request)["webhook"])

    # --- What happens between WhatsApp and the server ---------------------------------------------

    async def _show_qr(self, instance: Document) -> Document:
        """Begin or go on connecting; return what `connect` answers."""
        if instance["state"] == "close":
            instance["state"] = "connecting"
            self.say_state(instance, "connecting")
            self.messenger.start(self._renew_qr(instance["name"], instance["id"]))
        await self._next_qr(instance)
        return {
            "pairingCode": None,
            "code": instance["qr_code"],
            "base64": draw_qr(instance["qr_code"]),
            "count": instance["qr_count"],
        }

    async def _next_qr(self, instance: Document) -> None:
        instance["qr_count"] += 1
        instance["qr_code"] = f"2@{secrets.token_urlsafe(48)}"
        self.office.save(instance)
        shown = {
            "instance": instance["name"],
            "pairingCode": None,
            "code": instance["qr_code"],
            "base64": draw_qr(instance["qr_code"]),
        }
        await self.messenger.tell_now(instance, "qrcode.updated", {"qrcode": shown})

    async def _renew_qr(self, name: str, identifier: str) -> None:
        """Draw a new QR when one has expired, so many times; then give up."""
        while True:
            await asyncio.sleep(self.office.plan.qr_seconds)
            instance = self.office.instances.get(name)
            if instance is None or instance["id"] != identifier or instance["state"] != "connecting":
                return
            if instance["qr_count"] >= self.office.plan.qr_limit:
                limit = {"message": "QR code limit reached, please login again", "statusCode": 500}
                self.messenger.tell(instance, "qrcode.updated", limit)
                instance["state"] = "close"
                self.office.save(instance)
                self.say_state(instance, "refused", 428)
                return
            await self._next_qr(instance)

    def open(self, instance: Document, number: str) -> None:
        """A phone scanned the QR."""
        instance |= {"state": "open", "number": number, "qr_count": 0, "qr_code": "", "is_dead": False}
        self.office.save(instance)
        self.say_state(instance, "open")

    def close(self, instance: Document, reason: int) -> None:
        """WhatsApp closed the session; after 401, 402, 403 and 406 the credentials are gone."""
        instance |= {"state": "close", "is_dead": False}
        self.office.save(instance)
        gone = {"instance": instance["name"], "status": "closed", "disconnectionReasonCode": reason}
        self.messenger.tell(
            instance, "status.instance", {**gone, "disconnectionAt": self.office.now().isoformat()}
        )
        self.messenger.tell(instance, "logout.instance", None)
        self.say_state(instance, "close", reason)

    def say_state(self, instance: Document, state: str, reason: int = 200) -> None:
        data = {"instance": instance["name"], "state": state, "statusReason": reason}
        if state == "open":
            data |= {
                "wuid": f"{instance['number']}{PERSON}",
                "profileName": "Sandbox",
                "profilePictureUrl": None,
            }
        self.messenger.tell(instance, "connection.update", data)


def _state(instance: Document) -> Document:
    return {"instance": {"instanceName": instance["name"], "state": instance["state"]}}


def read_webhook(hook: dict[str, Any]) -> Document:
    return {
        "enabled": bool(hook.get("enabled")),
        "url": str(hook.get("url", "")),
        "headers": dict(hook.get("headers") or {}),
        "events": list(hook.get("events") or []),
        "webhookByEvents": bool(hook.get("byEvents", False)),
        "webhookBase64": bool(hook.get("base64", False)),
    }


def draw_qr(code: str) -> str:
    """Return the picture of a code as the address that a page shows."""
    picture = io.BytesIO()
    qrcode.make(code, box_size=4, border=2).save(picture)
    return f"data:image/png;base64,{base64.b64encode(picture.getvalue()).decode()}"
