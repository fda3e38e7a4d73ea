"""Control of the Evolution API: phones that scan, write and read; how webhooks come; channels that die."""

import base64
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sandbox.answers import HEADERS, answer, read_json
from sandbox.evolution.answers import Problem
from sandbox.evolution.instances import InstancesApi, read_webhook
from sandbox.evolution.messenger import Messenger
from sandbox.evolution.office import Document, Office, new_instance
from sandbox.evolution.people import digits_of, same_person
from sandbox.evolution.phone_page import render
from sandbox.evolution.phones import Phones, as_line, describe_person
from sandbox.guard import Endpoint, guarded
from sandbox.plans import change_plan, release_webhooks

MOST_LINES = 5000
OWN_NUMBER = "5551900000000"


class EvolutionControl:
    """Endpoints under /_control/evolution."""

    def __init__(self, office: Office, messenger: Messenger, instances: InstancesApi, phones: Phones) -> None:
        self.office = office
        self.messenger = messenger
        self.instances = instances
        self.phones = phones

    def routes(self) -> list[Route]:
        listed: list[tuple[str, str, Endpoint]] = [
            ("GET", "/evolution", self.show),
            ("POST", "/evolution/plan", self.set_plan),
            ("POST", "/evolution/release", self.release),
            ("POST", "/evolution/absent", self.set_absent),
            ("POST", "/evolution/restart", self.restart),
            ("GET", "/evolution/messages", self.list_messages),
            ("GET", "/evolution/files/{row}", self.show_file),
            ("POST", "/evolution/instances", self.add_instance),
            ("POST", "/evolution/instances/{instance}", self.act_on_instance),
            ("POST", "/evolution/instances/{instance}/messages", self.write),
            ("GET", "/evolution/instances/{instance}/chats/{phone}", self.show_chat),
            ("DELETE", "/evolution/instances/{instance}/chats/{phone}", self.clear_chat),
            ("GET", "/evolution/phone", self.show_phone),
            ("POST", "/evolution/phone", self.use_phone),
        ]
        return [
            Route(path, guarded(_answering(endpoint)), methods=[method]) for method, path, endpoint in listed
        ]

    def clear(self) -> None:
        self.office.load()
        self.messenger.forget()

    async def show(self, _request: Request) -> Response:
        """List instances (without secrets), counts, the last webhooks and what waits."""
        messages = self.office.messages
        return answer(
            {
                "plan": self.office.plan.as_json(),
                "instances": [_shown(each) for each in self.office.instances.values()],
                "written": sum(1 for each in messages if each["by"] == "person"),
                "sent": sum(1 for each in messages if each["by"] == "api"),
                "webhooks": list(self.messenger.sent),
                "held": len(self.messenger.held),
                "pending": self.messenger.pending,
            }
        )

    async def set_plan(self, request: Request) -> Response:
        return await change_plan(self.office, request)

    async def release(self, request: Request) -> Response:
        return await release_webhooks(self.messenger, request)

    async def set_absent(self, request: Request) -> Response:
        """Say which numbers are not on WhatsApp."""
        body = await read_json(request)
        self.office.absent = {same_person(digits_of(str(each))) for each in body.get("numbers", [])}
        return answer({"numbers": sorted(self.office.absent)})

    async def restart(self, _request: Request) -> Response:
        """Restart Evolution: webhooks that wait for another attempt are lost."""
        self.messenger.forget()
        return answer({})

    async def list_messages(self, request: Request) -> Response:
        """List the messages of all chats in order; `after` a number, `by` person, api or firm."""
        query = request.query_params
        after, by = int(query.get("after", 0)), query.get("by")
        found = [each for each in self.office.messages if each["n"] > after and by in (None, each["by"])]
        return answer({"messages": [as_line(each) for each in found[:MOST_LINES]], "total": len(found)})

    async def show_file(self, request: Request) -> Response:
        content = self.office.files.get(request.path_params["row"])
        if content is None:
            raise Problem(404, "no such file")
        return answer({"base64": base64.b64encode(content).decode()})

    async def add_instance(self, request: Request) -> Response:
        """Make an instance without asking the API: `name`, `token`, and the `webhook` of webhook/set."""
        body = await read_json(request)
        instance = new_instance(str(body["name"]), str(body.get("token", "")))
        if body.get("webhook"):
            instance["webhook"] = read_webhook({"enabled": True, **body["webhook"]})
        return answer(_shown(self.office.save(instance | {"state": "connecting"})))

    async def act_on_instance(self, request: Request) -> Response:
        """`do`: scan (with `number`), close (with `reason`), flap (so many `times`), die, revive, refuse."""
        instance, body = self._find(request), await read_json(request)
        self._act(instance, str(body.get("do")), body)
        return answer(_shown(instance))

    def _act(self, instance: Document, do: str, body: dict[str, Any]) -> None:
        if do == "scan":
            self.instances.open(instance, digits_of(str(body.get("number") or OWN_NUMBER)))
        elif do == "close":
            self.instances.close(instance, int(body.get("reason", 401)))
        elif do == "flap":
            for _ in range(int(body.get("times", 5))):
                self.instances.say_state(instance, "connecting")
                self.instances.say_state(instance, "open")
        elif do in ("die", "revive"):
            instance["is_dead"] = do == "die"
            self.office.save(instance)
        else:
            raise Problem(400, "do: scan, close, flap, die, revive")

    async def write(self, request: Request) -> Response:
        instance = self._find(request)
        message = self.phones.act(instance, await read_json(request))
        return answer({"id": message["key"]["id"], "n": message["n"], **describe_person(message["phone"])})

    async def show_chat(self, request: Request) -> Response:
        instance, after = self._find(request), int(request.query_params.get("after", 0))
        found = self.office.chat(instance, request.path_params["phone"])
        return answer({"messages": [as_line(each) for each in found if each["n"] > after]})

    async def clear_chat(self, request: Request) -> Response:
        """Empty a chat on the phone, as a person does; Nitro keeps what it has."""
        instance, person = self._find(request), same_person(digits_of(request.path_params["phone"]))
        self.office.forget_chat(instance, person)
        return answer({})

    async def show_phone(self, request: Request) -> Response:
        query = request.query_params
        name, phone = query.get("instance", ""), digits_of(query.get("phone", ""))
        instance = self.office.instances.get(name)
        lines = [as_line(each) for each in self.office.chat(instance, phone)] if instance and phone else []
        page = render(list(self.office.instances.values()), name, phone, lines)
        return Response(page, 200, HEADERS, "text/html; charset=utf-8")

    async def use_phone(self, request: Request) -> Response:
        """A form of the page: scan a QR, or write."""
        async with request.form() as form:
            asked = {name: str(value) for name, value in form.items()}
        instance = self.office.instances.get(asked.get("instance", ""))
        if instance is None:
            raise Problem(404, "no such instance")
        phone = digits_of(asked.get("phone", ""))
        if asked.get("do"):
            self._act(instance, asked["do"], {})
        elif asked.get("text"):
            self.phones.act(instance, {**asked, "name": "Telefone da sandbox"})
        address = f"/_control/evolution/phone?instance={instance['name']}&phone={phone}"
        return RedirectResponse(address, 303, HEADERS)

    def _find(self, request: Request) -> Document:
        instance = self.office.instances.get(request.path_params["instance"])
        if instance is None:
            raise Problem(404, "no such instance")
        return instance


def _shown(instance: Document) -> Document:
    kept = {name: instance[name] for name in ("name", "id", "state", "number", "qr_count", "is_dead")}
    return {**kept, "url": (instance["webhook"] or {}).get("url", "")}


def _answering(endpoint: Endpoint) -> Endpoint:
    async def act(request: Request) -> Response:
        try:
            return await endpoint(request)
        except Problem as problem:
            return answer({"message": problem.message}, problem.status)
        except ValueError as error:
            return answer({"message": str(error)}, 400)

    return act
