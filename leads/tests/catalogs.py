"""Catalogs that the tests of a whole module share."""

from django.db import connection


def forget_catalogs():
    """Empty the catalogs that the tests of a whole module shared; what refers to them is gone by then."""
    tables = ("leads_nichealias", "leads_niche_cnaes", "leads_niche", "registry_cnae", "registry_city")
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608
