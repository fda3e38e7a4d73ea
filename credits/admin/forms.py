"""Forms of operators about prices in R$ and payments."""

import re
import uuid
from decimal import Decimal
from typing import Any

from django import forms

from core.forms import WholeField
from core.money import InvalidAmount, format_brl, parse_brl
from credits.pricing import Point
from credits.selectors.catalog import PriceList
from credits.services.catalog import NewPackage, Prices

_UNIT_PRICE = re.compile(r"[0-9]{1,4}(,[0-9]{1,4})?")


class RefundForm(forms.Form):
    """Money given back through Stripe by an operator (C11)."""

    amount = forms.CharField(label="Valor (R$)", max_length=20)
    reason = forms.CharField(label="Motivo", max_length=200, help_text="Fica na auditoria.")
    form_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def clean_amount(self) -> int:
        try:
            return parse_brl(self.cleaned_data["amount"])
        except InvalidAmount as error:
            raise forms.ValidationError(error.message) from error


class CatalogForm(forms.Form):
    """All prices of credits, as lines of text: a whole new version at once (C6)."""

    packages = forms.CharField(
        label="Pacotes",
        widget=forms.Textarea(attrs={"rows": 6, "cols": 40}),
        help_text="Um por linha: créditos = preço. Um * no fim marca o mais escolhido. 500 = 150,00 *",
    )
    points = forms.CharField(
        label="Preço de um crédito",
        widget=forms.Textarea(attrs={"rows": 6, "cols": 40}),
        help_text="Um ponto por linha: a partir de = R$ por crédito. Entre dois, o preço cai em linha reta.",
    )
    least_credits = WholeField(label="Menor quantidade", min_value=1)
    most_credits = WholeField(label="Maior quantidade", min_value=1)
    version = forms.IntegerField(widget=forms.HiddenInput)

    @staticmethod
    def describe(prices: PriceList) -> dict[str, Any]:
        """Return the catalogue in force as the form writes it."""
        packages = [
            f"{o.credits} = {format_brl(o.cents).removeprefix('R$ ')}{' *' if o.is_featured else ''}"
            for o in prices.offers
        ]
        points = [f"{point.credits} = {point.unit_price}".replace(".", ",") for point in prices.points]
        return {
            "packages": "\n".join(packages),
            "points": "\n".join(points),
            "least_credits": prices.least_credits,
            "most_credits": prices.most_credits,
            "version": prices.version,
        }

    def clean_packages(self) -> list[NewPackage]:
        packages = []
        for credits, price in _read_lines(self.cleaned_data["packages"]):
            try:
                cents = parse_brl(price.removesuffix("*"))
            except InvalidAmount as error:
                raise forms.ValidationError(f"{price}: {error.message}") from error
            packages.append(NewPackage(credits, cents, is_featured=price.endswith("*")))
        return packages

    def clean_points(self) -> list[Point]:
        points = []
        for credits, price in _read_lines(self.cleaned_data["points"]):
            if not _UNIT_PRICE.fullmatch(price):
                raise forms.ValidationError(f"{price}: escreva o preço como 0,2725, com até 4 decimais.")
            points.append(Point(credits, Decimal(price.replace(",", "."))))
        return points

    @property
    def prices(self) -> Prices:
        """The new version; of a valid form."""
        return Prices(**{name: value for name, value in self.cleaned_data.items() if name != "version"})

    def over(self, version: int) -> "CatalogForm":
        """The same form, as it is saved over another version."""
        return CatalogForm({**{name: self[name].value() for name in self.fields}, "version": version})


def _read_lines(text: str) -> list[tuple[int, str]]:
    lines = []
    for line in filter(str.strip, text.splitlines()):
        credits, equals, price = line.replace(" ", "").partition("=")
        credits = credits.replace(".", "")
        if not equals or not (credits.isascii() and credits.isdigit() and 0 < int(credits) < 10**9):
            raise forms.ValidationError(f"Não entendi a linha “{line.strip()}”.")
        lines.append((int(credits), price))
    return lines
