"""What a form carries so that the end of the session costs nobody what was typed (R117)."""

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.kept_forms import KEY, OWNER, kept_key, refused_address, sign_owner, with_key

register = template.Library()


@register.simple_tag(takes_context=True)
def form_owner(context: dict[str, Any]) -> SafeString:
    """The hidden fields that say for whom the form was drawn, and what it was filled in with, which goes once
    the form is accepted; of a refused form, also the address at which it comes back. Nothing for nobody."""
    request = context["request"]
    if not request.user.is_authenticated:
        return SafeString()
    owner = format_html('<input type="hidden" name="{}" value="{}">', OWNER, sign_owner(request.user))
    address = refused_address(request)
    if (key := kept_key(request)) is None:
        return owner
    return owner + format_html(
        '<input type="hidden" name="{}" value="{}" data-kept-address="{}">', KEY, key, address
    )


@register.simple_tag(takes_context=True)
def address_without_kept(context: dict[str, Any]) -> str:
    """This page's address without what was kept."""
    return with_key(context["request"].get_full_path(), None)
