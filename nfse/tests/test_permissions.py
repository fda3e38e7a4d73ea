"""The rights table of the product, and the door that asks it (A6, R102, R114)."""

import pytest

from accounts.models import Membership
from accounts.tests.factories import make_buyer
from nfse.permissions import RIGHTS, NotAllowed, NotFound, Right, Role, has_right, require_right

# PRODUCT.md §3.5, word for word.
TABLE = """
| Right | owner | accountant | attendant |
|---|---|---|---|
| team, roles, firm settings | yes | no | no |
| channels | yes | yes | see |
| companies, tax profiles, services, certificates, environment | yes | yes | see (no certificates) |
| phones, takers | yes | yes | yes |
| issue by hand, cancel, substitute, approve, retry, closing | yes | yes | no |
| see notes and download PDF/XML | yes | yes | yes |
| sessions, transcript, answer people | yes | yes | yes, documents masked |
"""
# What each line is in code: what "see" allows, what "yes" allows, and what a remark takes away.
LINES = {
    "team, roles, firm settings": ((), (Right.MANAGE_FIRM,)),
    "channels": ((Right.SEE_CHANNELS,), (Right.EDIT_CHANNELS,)),
    "companies, tax profiles, services, certificates, environment": (
        (Right.SEE_COMPANIES, Right.SEE_CERTIFICATES),
        (Right.EDIT_COMPANIES, Right.EDIT_CERTIFICATES),
    ),
    "phones, takers": ((), (Right.EDIT_TAKERS, Right.ADD_TAKERS)),
    "issue by hand, cancel, substitute, approve, retry, closing": (
        (),
        (Right.ISSUE, Right.CANCEL, Right.DECIDE),
    ),
    "see notes and download PDF/XML": ((), (Right.SEE_INVOICES,)),
    "sessions, transcript, answer people": ((), (Right.ANSWER, Right.SEE_DOCUMENTS)),
}
REMARKS = {"no certificates": Right.SEE_CERTIFICATES, "documents masked": Right.SEE_DOCUMENTS}


def read_table():
    head, _, *lines = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in TABLE.strip().splitlines()
    ]
    expected = {role: set() for role in head[1:]}
    for name, *cells in lines:
        see, full = LINES[name]
        for role, cell in zip(head[1:], cells, strict=True):
            allowed = set() if cell == "no" else {*see} if cell.startswith("see") else {*see, *full}
            expected[role] |= allowed - {right for remark, right in REMARKS.items() if remark in cell}
    return expected


def test_rights_in_code_are_those_of_the_product():
    assert {role: set(rights) for role, rights in RIGHTS.items()} == read_table()


def test_every_right_is_in_the_table():
    assert {right for see, full in LINES.values() for right in (*see, *full)} == set(Right)


def test_a_buyer_has_no_right_in_any_firm():
    assert not any(has_right(Role.BUYER, right) for right in Right)


def test_a_misspelled_right_is_a_bug_and_not_a_refusal():
    with pytest.raises(ValueError, match="companies"):
        has_right(Role.OWNER, "companies.edti")


@pytest.mark.parametrize("role", ["owner", "accountant", "attendant"])
@pytest.mark.parametrize("right", list(Right))
def test_the_door_follows_the_table(office, role, right):
    user = getattr(office, role)
    if right in RIGHTS[role]:
        found = require_right(user_id=user.pk, firm_id=office.firm.pk, right=right)
        assert found.role == role
    else:
        with pytest.raises(NotAllowed):
            require_right(user_id=user.pk, firm_id=office.firm.pk, right=right)


def test_strangers_are_told_that_there_is_nothing(office, other_office):
    buyer, _ = make_buyer("compradora@nitro.example")
    for user in (other_office.owner, buyer):
        with pytest.raises(NotFound):
            require_right(user_id=user.pk, firm_id=office.firm.pk, right=Right.SEE_INVOICES)


def test_who_left_the_firm_is_a_stranger(office):
    Membership.objects.filter(user=office.owner).update(is_active=False)
    with pytest.raises(NotFound):
        require_right(user_id=office.owner.pk, firm_id=office.firm.pk, right=Right.SEE_INVOICES)


def test_a_closed_user_is_a_stranger(office):
    office.owner.is_active = False
    office.owner.save()
    with pytest.raises(NotFound):
        require_right(user_id=office.owner.pk, firm_id=office.firm.pk, right=Right.MANAGE_FIRM)
