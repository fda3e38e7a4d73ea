"""Who may do what in Notas: the table of rights, and the one door that asks it (A6, R102)."""

from enum import StrEnum

from accounts.models import Membership
from core.errors import NitroError

Role = Membership.Role
FIRM_ROLES = (Role.OWNER, Role.ACCOUNTANT, Role.ATTENDANT)


class Right(StrEnum):
    """One thing that a member of a firm may do."""

    MANAGE_FIRM = "firm.manage"  # team, roles, firm settings
    SEE_CHANNELS = "channels.see"
    EDIT_CHANNELS = "channels.edit"
    SEE_COMPANIES = "companies.see"  # companies, tax profiles, services, environment
    EDIT_COMPANIES = "companies.edit"
    SEE_CERTIFICATES = "certificates.see"
    EDIT_CERTIFICATES = "certificates.edit"
    EDIT_TAKERS = "takers.edit"  # phones, takers: change, merge, deactivate
    ADD_TAKERS = "takers.add"
    ISSUE = "invoices.issue"  # issue, retry, withdraw, closing
    CANCEL = "invoices.cancel"
    DECIDE = "invoices.decide"  # substitute, approve, settle a number that another program used
    SEE_INVOICES = "invoices.see"  # see notes and download PDF and XML
    ANSWER = "sessions.answer"  # sessions, transcript, answer people
    SEE_DOCUMENTS = "sessions.documents"  # documents in sessions without mask


_ATTENDANT = frozenset(
    {
        Right.SEE_CHANNELS,
        Right.SEE_COMPANIES,
        Right.EDIT_TAKERS,
        Right.ADD_TAKERS,
        Right.SEE_INVOICES,
        Right.ANSWER,
    }
)
_ACCOUNTANT = _ATTENDANT | {
    Right.EDIT_CHANNELS,
    Right.EDIT_COMPANIES,
    Right.SEE_CERTIFICATES,
    Right.EDIT_CERTIFICATES,
    Right.ISSUE,
    Right.CANCEL,
    Right.DECIDE,
    Right.SEE_DOCUMENTS,
}
RIGHTS: dict[str, frozenset[Right]] = {
    Role.OWNER.value: frozenset(Right),
    Role.ACCOUNTANT.value: _ACCOUNTANT,
    Role.ATTENDANT.value: _ATTENDANT,
}
# Of an authorised phone (R102): what its two marks give it, for its own company alone.
_ISSUING_PHONE = frozenset({Right.ISSUE, Right.ADD_TAKERS, Right.SEE_INVOICES})
_CANCELING_PHONE = frozenset({Right.CANCEL})


class NotAllowed(NitroError):
    """A member of the firm whose role lacks the right."""

    message = "Seu papel nesta contabilidade não permite isto. Fale com o dono da contabilidade."


class NotFound(NitroError):
    """No such thing in this firm; a stranger hears the same of everything (A9, R99)."""

    message = "Não encontramos o que você procura."


def has_right(role: str, right: Right | str) -> bool:
    """Return whether a role (Membership.Role) has a right. An unknown right is a bug: ValueError."""
    return Right(right) in RIGHTS.get(role, frozenset())


def rights_of_phone(*, can_issue: bool, can_cancel: bool) -> frozenset[Right]:
    """Return what an authorised phone may do for its company."""
    return frozenset((_ISSUING_PHONE if can_issue else set()) | (_CANCELING_PHONE if can_cancel else set()))


def require_right(*, user_id: int, firm_id: int, right: Right | str) -> Membership:
    """Return the active membership of a user who may do this in the firm.

    Raises:
        NotFound: the firm does not exist, or the user is no active member of it.
        NotAllowed: a member without the right.
    """
    membership = (
        Membership.objects.select_related("account", "user")
        .filter(
            user_id=user_id,
            user__is_active=True,
            account__firm=firm_id,
            role__in=FIRM_ROLES,
            is_active=True,
        )
        .first()
    )
    if membership is None:
        raise NotFound
    if not has_right(membership.role, right):
        raise NotAllowed
    return membership
