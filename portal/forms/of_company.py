"""The company that a list is narrowed to: chosen from a select, or brought by the address of a link."""

from typing import Any

from django import forms

from core.forms import FilterForm, IdField
from nfse.models import Company
from nfse.selectors.invoices import list_issuing_companies

MOST_CHOICES = 200
"""Above this many companies a select is no help, and long to draw: links bring the company."""


class OfCompanyForm(FilterForm):
    """A filter with `?empresa=<company id>`."""

    empresa = IdField(label="Empresa", required=False)

    def __init__(self, *args: Any, firm_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.firm_id = firm_id
        companies = list(list_issuing_companies(firm_id)[: MOST_CHOICES + 1])
        if len(companies) <= MOST_CHOICES:
            choices = [("", "Todas"), *((company.pk, company.display_name) for company in companies)]
            self.fields["empresa"].widget = forms.Select(choices=choices)

    def find_company(self) -> Company | None:
        """The firm's company that was chosen."""
        self.is_valid()
        company_id = self.cleaned_data.get("empresa")
        if company_id is None:
            return None
        return list_issuing_companies(self.firm_id).filter(pk=company_id).first()

    def find_unlisted_company(self) -> Company | None:
        """The chosen company where no select shows it, for the page to name it."""
        return self.find_company() if self.fields["empresa"].widget.is_hidden else None
