"""How an emulated vendor behaves from now on: a plan whose fields a test changes over /_control."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, ClassVar, Protocol, Self

from starlette.requests import Request
from starlette.responses import Response

from sandbox.answers import answer, read_json


class BadPlan(ValueError):
    """The plan that was asked for makes no sense."""


@dataclass(frozen=True)
class VendorPlan:
    """Base of the vendors' plans. `CHOICES`: what a field may hold, where its type alone does not say."""

    CHOICES: ClassVar[Mapping[str, tuple[str, ...]]] = {}

    def change(self, changes: Mapping[str, Any]) -> Self:
        """Return the plan with some fields changed. Raises BadPlan."""
        known = {each.name: type(getattr(self, each.name)) for each in fields(self)}
        if unknown := set(changes) - set(known):
            raise BadPlan(f"unknown fields: {', '.join(sorted(unknown))}")
        try:
            plan = replace(self, **{name: known[name](value) for name, value in changes.items()})
        except (TypeError, ValueError) as error:
            raise BadPlan(str(error)) from error
        for name, allowed in self.CHOICES.items():
            if getattr(plan, name) not in allowed:
                raise BadPlan(f"{name}: {', '.join(allowed)}")
        return plan

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


class Planned(Protocol):
    """An office that works by a plan."""

    plan: Any


class Messenger(Protocol):
    """Who delivers a vendor's webhooks, and holds them when the plan says so."""

    def release(self, copies: int, order: str, seed: int) -> int: ...


async def change_plan(office: Planned, request: Request) -> Response:
    """Change the fields that the body names, and answer the whole plan; 400 when it makes no sense."""
    try:
        office.plan = office.plan.change(await read_json(request))
    except BadPlan as error:
        return answer({"message": str(error)}, 400)
    return answer(office.plan.as_json())


async def release_webhooks(messenger: Messenger, request: Request) -> Response:
    """Deliver the webhooks that are held: in `copies`, in an `order` (sent, reversed, shuffled by `seed`)."""
    body = await read_json(request)
    count = messenger.release(
        int(body.get("copies", 1)), str(body.get("order", "sent")), int(body.get("seed", 1))
    )
    return answer({"deliveries": count})
