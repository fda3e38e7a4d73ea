"""A form that waits in the session while the person registers something it needs (A23)."""

from django.http import HttpRequest

_SESSION_KEY = "nfse_issue_drafts"
_MOST = 5


def keep_draft(request: HttpRequest, key: str, values: dict[str, str]) -> None:
    """Keep what was typed; the oldest of more than five is forgotten."""
    drafts = dict(request.session.get(_SESSION_KEY, {}))
    drafts.pop(key, None)
    drafts[key] = values
    request.session[_SESSION_KEY] = dict(list(drafts.items())[-_MOST:])


def find_draft(request: HttpRequest, key: str) -> dict[str, str]:
    """Return what was typed, or nothing."""
    return dict(request.session.get(_SESSION_KEY, {}).get(key, {}))


def forget_draft(request: HttpRequest, key: str) -> None:
    """Drop a draft whose note was confirmed."""
    drafts = dict(request.session.get(_SESSION_KEY, {}))
    if drafts.pop(key, None) is not None:
        request.session[_SESSION_KEY] = drafts
