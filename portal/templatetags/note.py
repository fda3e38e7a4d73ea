"""Keys of notes."""

from django import template

register = template.Library()


@register.filter
def key_groups(key: str) -> str:
    """An access key in groups of five, as people read it aloud."""
    return " ".join(key[start : start + 5] for start in range(0, len(key), 5))
