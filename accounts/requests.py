"""What a request is known to carry behind the sign-in and behind `buyer_required` (for annotations)."""

from django.http import HttpRequest

from accounts.models import Account, User


class SignedInRequest(HttpRequest):
    user: User


class BuyerRequest(SignedInRequest):
    account: Account
