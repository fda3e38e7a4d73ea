"""What a form carries so that the end of the session costs nobody what was typed (R117)."""

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.kept_forms import OWNER, sign_owner, with_key

register = template.Library()


@register.simple_tag(takes_context=True)
def form_owner(context: dict[str, Any]) -> SafeString:
    """The hidden field that says for whom the form was drawn; nothing for nobody."""
    user = context["request"].user
    if not user.is_authenticated:
        return SafeString()
    return format_html('<input type="hidden" name="{}" value="{}">', OWNER, sign_owner(user))


@register.simple_tag(takes_context=True)
def address_without_kept(context: dict[str, Any]) -> str:
    """This page's address without what was kept."""
    return with_key(context["request"].get_full_path(), None)
