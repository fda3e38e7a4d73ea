"""What this process knows of the providers that it called, read from where the client keeps it."""

from core.http import providers


def provider_states():
    """Return name, key, circuit and failures of every provider, and key of one, that was called."""
    return [
        (provider.name, key, health.breaker.state, health.breaker.failures)
        for provider in providers._providers.values()
        for key, health in sorted(provider.healths.items())
    ]
