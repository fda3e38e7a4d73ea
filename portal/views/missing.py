"""What is not there and what is another firm's are one 404 (A9, R99)."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from django.core.exceptions import PermissionDenied
from django.http import Http404

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
