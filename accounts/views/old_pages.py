"""A page of an earlier session: its form no longer has the right token."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.kept_forms import keep_typed, read_owner
from accounts.responses import ask_to_sign_in
from core.responses import error_response

PAGE_TOO_OLD = "Esta página ficou aberta tempo demais. Volte, recarregue e tente de novo."


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - as Django calls
    """Nothing is done. What was typed comes back in a fresh form, to the person for whom the page was drawn.

    The signed number of the form proves that it was one of ours, as the token would have.
    """
    owner = read_owner(request)
    if owner is not None and not request.user.is_authenticated:
        return ask_to_sign_in(request)
    if owner is not None and owner == request.user.pk and (kept := keep_typed(request)):
        if request.headers.get("HX-Request") != "true":
            return redirect(kept)
        response = HttpResponse(status=204)
        response.headers["HX-Redirect"] = kept
        return response
    return error_response(request, 403, message=PAGE_TOO_OLD)
