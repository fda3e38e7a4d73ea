"""Phones and domains of many companies: an accountant's or a chain's, nobody's own contact (R41, L19)."""

from collections.abc import Collection

from django.db import connection

from registry.models import RegistryShared

SHARED_BY_COMPANIES = 20

COMMON_TO_COMPANIES = 3

_OF_SEVERAL = """
    SELECT phone FROM unnest(%s::varchar[]) AS phone
    WHERE (
        SELECT count(*) FROM (
            SELECT DISTINCT root FROM registry_registryestablishment
            WHERE phones @> ARRAY[phone] AND status = '02' LIMIT %s
        ) AS companies
    ) >= %s
"""
_SHARED_IN_BASE = """
    SELECT phone FROM unnest(%s::varchar[]) AS phone
    WHERE (
        SELECT count(*) FROM (
            SELECT id FROM leads_leadcompany WHERE registry_phones @> ARRAY[phone]
            UNION SELECT id FROM leads_leadcompany WHERE place_phone = phone AND place_phone <> ''
            LIMIT %s
        ) AS companies
    ) >= %s
"""


def list_shared_phones(phones: Collection[str]) -> set[str]:
    """Those of `phones` (E.164) that 20 or more companies have, in the registry or in our base."""
    if not phones:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(_SHARED_IN_BASE, [list(set(phones)), SHARED_BY_COMPANIES, SHARED_BY_COMPANIES])
        in_base = {phone for (phone,) in cursor.fetchall()}
    return in_base | _list_shared(RegistryShared.Kind.PHONE, phones)


def list_common_phones(phones: Collection[str]) -> frozenset[str]:
    """Those of `phones` (E.164) that several companies of the registry have: an accountant's, or one owner's.

    Weaker evidence than a phone of one company; what 20 have (`list_shared_phones`) is none.
    """
    wanted = sorted({phone for phone in phones if phone.startswith("+")})
    if not wanted:
        return frozenset()
    with connection.cursor() as cursor:
        cursor.execute(_OF_SEVERAL, [wanted, COMMON_TO_COMPANIES, COMMON_TO_COMPANIES])
        return frozenset(phone for (phone,) in cursor.fetchall())


def list_shared_domains(domains: Collection[str]) -> set[str]:
    """Those of `domains` that the e-mails of 20 or more companies of the registry have."""
    return _list_shared(RegistryShared.Kind.DOMAIN, domains) if domains else set()


def _list_shared(kind: RegistryShared.Kind, values: Collection[str]) -> set[str]:
    rows = RegistryShared.objects.filter(kind=kind, value__in=set(values))
    return set(rows.values_list("value", flat=True))
