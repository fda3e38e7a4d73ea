"""How a page of a firm answers what a service says: 404 and 403, a refusal in the form, a message.

What is not there and what is another firm's are one 404 (A9, R99).
"""

from collections.abc import Callable
from functools import partial
from typing import Any, ParamSpec, TypeVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404

from core import forms
from core.errors import NitroError
from nfse.access import FirmRequest
from nfse.permissions import NotAllowed, NotFound

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")


def or_404(ask: Callable[Arguments, Answer], *args: Arguments.args, **kwargs: Arguments.kwargs) -> Answer:
    """Call a selector or service; NotFound becomes 404, NotAllowed 403."""
    try:
        return ask(*args, **kwargs)
    except NotFound as error:
        raise Http404(error.message) from error
    except NotAllowed as error:
        raise PermissionDenied(error.message) from error


def who(request: FirmRequest) -> dict[str, Any]:
    """Return what a service asks of the person: the firm and the user."""
    return {"firm_id": request.firm.pk, "user_id": request.user.pk}


def attempt(
    form: forms.RefusableForm,
    service: Callable[Arguments, Answer],
    *args: Arguments.args,
    **kwargs: Arguments.kwargs,
) -> Answer | None:
    """Call a service as `core.forms.attempt` does; NotFound becomes 404, NotAllowed 403."""
    return forms.attempt(form, partial(or_404, service, *args, **kwargs))


def succeeds(
    form: forms.RefusableForm,
    service: Callable[Arguments, object],
    *args: Arguments.args,
    **kwargs: Arguments.kwargs,
) -> bool:
    """Call a service as `core.forms.succeeds` does; NotFound becomes 404, NotAllowed 403."""
    return forms.succeeds(form, partial(or_404, service, *args, **kwargs))


def press(
    request: FirmRequest,
    service: Callable[..., Answer],
    done: str | Callable[[Answer], str],
    **kwargs: object,
) -> Answer | None:
    """Call the service of a button and tell what came of it in one message; a refusal gives None.

    Args:
        done: the sentence of success, or what makes it of the service's answer.
    """
    try:
        answer = or_404(service, **kwargs)
    except NitroError as error:
        messages.error(request, error.message)
        return None
    messages.success(request, done if isinstance(done, str) else done(answer))
    return answer
