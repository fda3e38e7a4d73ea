"""Walking the pages of one note in tests: addresses, what they say, notes in each state."""

from django.urls import reverse

from nfse.events import Event
from nfse.models import Invoice
from nfse.services.issuing.moving import locked_request, move
from nfse.states import State
from nfse.tests.issuing import work_off

REASON = "Serviço não foi prestado ao cliente"


def url(name, request, **query):
    return reverse(f"nfse:{name}", args=[request.pk], query=query or None)


def text_of(answer):
    return " ".join(answer.content.decode().split())


def issue(shop, **changes):
    """An issued note whose XML is there."""
    request = work_off(shop.confirm(**changes))
    work_off(request, until=lambda _: bool(Invoice.objects.get(request=request).xml_text))
    assert request.state == State.ISSUED
    return request


def actions_of(client, request):
    actions = client.get(url("invoice", request)).context["actions"]
    return {name for name, value in vars(actions).items() if value is True}


def cancel(**changes):
    return {"reason_code": "2", "text": REASON, "by_analysis": "", **changes}


def force(request, state, **fields):
    """Put a request in a state as the engine would, along the table."""
    with locked_request(request.pk) as current:
        move(current, state, Event.ATTEMPT, **fields)
    request.refresh_from_db()
