"""Where the things that a notice or the trail names are found in the portal."""

from django.urls import NoReverseMatch, reverse

from nfse.models import Notice

PAGES = {
    "request": "nfse:invoice",
    "company": "nfse:company",
    "closing": "nfse:closing",
    "export": "nfse:invoice_exports",
}
LISTS = ("nfse:closing", "nfse:invoice_exports")


def find_target(notice: Notice) -> str:
    """The address of what a notice is about, or "" when it has no page."""
    if notice.reference_type == "certificate" and notice.company_id:
        return f"{_reverse('nfse:company', notice.company_id)}?aba=certificados"
    page = PAGES.get(notice.reference_type)
    if page in LISTS:
        return _reverse(page)
    if page and notice.reference_id.isdigit():
        return _reverse(page, int(notice.reference_id))
    return _reverse("nfse:company", notice.company_id) if notice.company_id else ""


def _reverse(page: str, *ids: int) -> str:
    try:
        return reverse(page, args=ids)
    except NoReverseMatch:
        return ""
