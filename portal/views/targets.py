"""Where the things that a notice names are found in the portal."""

from django.urls import reverse

from nfse.models import Notice

PAGES = {"request": "nfse:invoice", "company": "nfse:company", "channel": "whatsapp:channel"}
LISTS = {"closing": "nfse:closing", "export": "nfse:invoice_exports"}


def find_target(notice: Notice) -> str:
    """The address of what a notice is about, or "" when it has no page."""
    if notice.reference_type == "certificate" and notice.company_id:
        return f"{reverse('nfse:company', args=[notice.company_id])}?aba=certificados"
    if notice.reference_type in LISTS:
        return reverse(LISTS[notice.reference_type])
    page = PAGES.get(notice.reference_type)
    if page and notice.reference_id.isdigit():
        return reverse(page, args=[int(notice.reference_id)])
    return reverse("nfse:company", args=[notice.company_id]) if notice.company_id else ""
