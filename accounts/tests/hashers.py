"""Django's hasher without the wait, counting what it does."""

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class QuickHasher(PBKDF2PasswordHasher):
    iterations = 1
    hashed = 0

    def encode(self, *args, **kwargs):
        QuickHasher.hashed += 1
        return super().encode(*args, **kwargs)
