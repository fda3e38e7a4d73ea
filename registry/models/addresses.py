"""The address of a row, written once for every app that keeps one. Its city is a column of the row's own."""

from django.db import models


class Addressed(models.Model):
    """A row with the lines of `registry.values.AddressLines`, beside a key `city` to registry.City."""

    street = models.CharField("logradouro", max_length=160, blank=True)
    number = models.CharField("número", max_length=20, blank=True)
    complement = models.CharField("complemento", max_length=160, blank=True)
    district = models.CharField("bairro", max_length=80, blank=True)
    postal_code = models.CharField("CEP", max_length=8, blank=True)

    class Meta:
        abstract = True
