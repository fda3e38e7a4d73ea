"""What actions cost in credits, and what credits cost in R$ (O6)."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse

from core.errors import NitroError
from core.money import format_brl, format_number
from credits.admin.base import ReadOnlyAdmin, operator_id
from credits.admin.forms import CatalogForm
from credits.errors import CatalogChanged
from credits.forms import PriceForm
from credits.models import Catalog, Tariff
from credits.selectors import list_prices
from credits.selectors.catalog import get_price_list
from credits.services import set_price
from credits.services.catalog import change_catalog


@admin.register(Tariff)
class TariffAdmin(ReadOnlyAdmin):
    list_display = ("version", "action", "credits", "actor", "created_at")
    list_select_related = ("actor",)
    ordering = ("-version", "action")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.change_price)
        return [path("mudar/", view, name="credits_tariff_price"), *super().get_urls()]

    def change_price(self, request: HttpRequest) -> HttpResponse:
        """Write a new version of the tariff with one other price."""
        form = PriceForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            price = set_price(actor_id=operator_id(request), **form.cleaned_data)
            messages.success(request, f"Tarifa {price.version}: {price.action} custa {price.credits}.")
            return redirect(reverse("admin:credits_tariff_changelist"))
        context = {"form": form, "prices": list_prices()}
        return self._page(request, "admin/credits/tariff/price.html", "Mudar um preço", **context)


@admin.register(Catalog)
class CatalogAdmin(ReadOnlyAdmin):
    list_display = ("version", "packages_text", "least_credits", "most_credits", "actor", "created_at")
    list_select_related = ("actor",)
    ordering = ("-version",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Catalog]:
        return super().get_queryset(request).prefetch_related("packages")

    @admin.display(description="pacotes")
    def packages_text(self, catalog: Catalog) -> str:
        packages = sorted(catalog.packages.all(), key=lambda package: package.credits)
        return " · ".join(f"{format_number(p.credits)} = {format_brl(p.cents)}" for p in packages)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.change_prices)
        return [path("mudar/", view, name="credits_catalog_change_prices"), *super().get_urls()]

    def change_prices(self, request: HttpRequest) -> HttpResponse:
        """Write the next version of the catalogue; orders already made keep their price."""
        prices = get_price_list()
        form = CatalogForm(request.POST or None, initial=CatalogForm.describe(prices))
        if request.method == "POST" and form.is_valid():
            try:
                catalog = change_catalog(
                    prices=form.prices,
                    actor_id=operator_id(request),
                    seen_version=form.cleaned_data["version"],
                )
            except CatalogChanged as error:
                form = form.over(error.version)
                form.add_error(None, error.message)
            except NitroError as error:
                form.add_error(None, error.message)
            else:
                messages.success(request, f"Catálogo {catalog.version} em vigor.")
                return redirect("admin:credits_catalog_changelist")
        context = {"form": form, "version": prices.version}
        return self._page(request, "admin/credits/catalog/prices.html", "Mudar os preços", **context)
