"""The firm of the demo and its three people."""

from dataclasses import dataclass

from django.utils import timezone

from accounts.models import Membership, User
from accounts.selectors import find_user_by_email
from core.demos import PASSWORD
from nfse.demo.cast import FIRM_CNPJ, FIRM_NAME
from nfse.models import Firm
from nfse.services.firms import NewOwner, register_firm_with_owner

OWNER = "dona@demo.example"
ACCOUNTANT = "contador@demo.example"
ATTENDANT = "atendente@demo.example"
Role = Membership.Role


@dataclass(frozen=True)
class People:
    """Who acts in the demo."""

    firm_id: int
    owner_id: int
    accountant_id: int


def ensure_firm() -> People:
    """Register the firm with its owner, once, and put accountant and attendant in the team."""
    firm = Firm.objects.filter(document=FIRM_CNPJ).first() or register_firm_with_owner(
        owner=NewOwner(OWNER, "Helena Horizonte", timezone.now(), PASSWORD),
        document=FIRM_CNPJ,
        legal_name=f"{FIRM_NAME} Ltda",
        trade_name=FIRM_NAME,
    )
    owner = User.objects.get(email=OWNER)
    _confirm(owner)
    accountant = _ensure_member(firm, ACCOUNTANT, "Caio Contador", Role.ACCOUNTANT)
    _ensure_member(firm, ATTENDANT, "Aline Atendente", Role.ATTENDANT)
    return People(firm.pk, owner.pk, accountant.pk)


def _ensure_member(firm: Firm, email: str, full_name: str, role: Membership.Role) -> User:
    user = find_user_by_email(email) or User.objects.create_user(
        email, PASSWORD, full_name=full_name, terms_accepted_at=timezone.now()
    )
    _confirm(user)
    Membership.objects.get_or_create(user=user, account_id=firm.account_id, defaults={"role": role})
    return user


def _confirm(user: User) -> None:
    if not user.is_email_confirmed:
        user.email_confirmed_at = timezone.now()
        user.save(update_fields=["email_confirmed_at"])
