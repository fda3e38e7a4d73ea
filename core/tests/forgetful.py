"""A cache that evicts at once."""

from django.core.cache.backends.dummy import DummyCache


class ForgetfulCache(DummyCache):
    def add(self, *_args, **_kwargs):
        return False

    def incr(self, *_args, **_kwargs):
        raise ValueError("the key was evicted")
