"""Words that name no company, left out of the words of names (RegistryName). Apps above tell theirs."""

from collections.abc import Callable

Words = Callable[[], frozenset[str]]

_sources: list[Words] = []


def register(words: Words) -> None:
    """Leave out what `words` returns, folded, in the loads to come. Called in an AppConfig.ready."""
    if words not in _sources:
        _sources.append(words)


def list_common_words() -> frozenset[str]:
    """The words of all apps."""
    return frozenset().union(*(words() for words in _sources))
