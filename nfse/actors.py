"""Who asks for something: a user of the portal or an authorised phone, exactly one (R102)."""

from dataclasses import dataclass

from nfse.models import AuthorizedPhone
from nfse.permissions import NotAllowed, NotFound, Right, require_right, rights_of_phone

OF_THE_FIRM = frozenset({Right.ADD_TAKERS})
"""What is about no company in particular: takers belong to the firm (R101)."""


class PhoneNotAllowed(NotAllowed):
    """A phone of the firm that may not do this, or no longer."""

    message = "Este telefone não pode fazer isto. Fale com a sua contabilidade."


@dataclass(frozen=True)
class Actor:
    """An identity, and no proof of any right: each service asks `require` where it acts."""

    firm_id: int
    user_id: int | None = None
    phone_id: int | None = None

    def __post_init__(self) -> None:
        if (self.user_id is None) == (self.phone_id is None):
            raise ValueError("an actor is a user or a phone, exactly one of them")

    def require(self, right: Right, *, company_id: int | None = None) -> None:
        """Read the membership or the phone now, and refuse what it may not do.

        Call it inside the transaction that acts, after its locks: a right that was taken away while the
        transaction waited counts at once.

        Args:
            company_id: what the act is about. A phone acts for its own company only; None is no company, or
                all of them, and refuses a phone unless the right is `OF_THE_FIRM`.

        Raises:
            NotFound: no such member or phone in this firm, or not the phone's company.
            NotAllowed: without the right; of a phone also when it, its company or the firm is not active.
        """
        if self.user_id is not None:
            require_right(user_id=self.user_id, firm_id=self.firm_id, right=right)
        else:
            self._require_of_phone(right, company_id)

    def _require_of_phone(self, right: Right, company_id: int | None) -> None:
        phones = AuthorizedPhone.objects.select_related("company", "firm__account")
        phone = phones.filter(pk=self.phone_id, firm_id=self.firm_id).first()
        if phone is None:
            raise NotFound
        is_open = phone.firm.is_active and phone.firm.account.blocked_at is None
        if not (is_open and phone.is_active and phone.company.is_active):
            raise PhoneNotAllowed
        if right not in rights_of_phone(can_issue=phone.can_issue, can_cancel=phone.can_cancel):
            raise PhoneNotAllowed
        if company_id != phone.company_id and right not in OF_THE_FIRM:
            raise NotFound
