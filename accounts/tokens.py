"""The links in our e-mails. A token is signed and dated, never stored, and dies with the facts it proves."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from django.core import signing
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.models import User
from core.errors import NitroError


class LinkInvalid(NitroError):
    """The link was never ours, was cut, or proves a fact that has changed since."""

    message = "Este link não vale mais. Peça outro."


class LinkExpired(LinkInvalid):
    """The link is genuine and too old."""

    message = "Este link expirou. Peça outro."


class Purpose(StrEnum):
    CONFIRM_EMAIL = "confirm_email"
    CONFIRM_NEW_EMAIL = "confirm_new_email"


@dataclass(frozen=True)
class Claim:
    """What a genuine token says: this user, proved by these facts."""

    purpose: Purpose
    user_id: int
    proof: str

    def holds_for(self, user: User) -> bool:
        """Whether the facts are still the same; ask with the user's row locked."""
        return self.user_id == user.pk and constant_time_compare(self.proof, _proof(self.purpose, user))


def make_token(purpose: Purpose, user: User) -> str:
    """Return the token of a link for this user. It holds no address: links end up in histories."""
    return signing.dumps([user.pk, _proof(purpose, user)], salt=_salt(purpose))


def read_token(purpose: Purpose, token: str, *, max_age: timedelta | None) -> Claim:
    """Return what the token claims. Raises LinkExpired when it is older than max_age, else LinkInvalid."""
    try:
        user_id, proof = signing.loads(token, salt=_salt(purpose), max_age=max_age)
    except signing.SignatureExpired as error:
        raise LinkExpired from error
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise LinkInvalid from error
    return Claim(purpose, user_id, proof)


def is_genuine(purpose: Purpose, token: str) -> bool:
    """Return whether the token is one of ours, whatever has become of it; asks no database."""
    try:
        read_token(purpose, token, max_age=None)
    except LinkInvalid:
        return False
    return True


def _salt(purpose: Purpose) -> str:
    return f"accounts.link.{purpose}"


def _proof(purpose: Purpose, user: User) -> str:
    """A confirmation belongs to one address, a change to both; a new password forgets the new address."""
    facts = [user.email]
    if purpose is Purpose.CONFIRM_NEW_EMAIL:
        facts.append(user.new_email)
    return salted_hmac(_salt(purpose), "\n".join(facts), algorithm="sha256").hexdigest()[:32]
