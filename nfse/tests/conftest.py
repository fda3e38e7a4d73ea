"""The cast of nfse.tests.cast, for the tests of this folder."""

from nfse.tests.cast import (  # noqa: F401 - fixtures
    accountant,
    city_shop,
    company,
    national_shop,
    office,
    other_company,
    other_office,
    page,
    private_files,
    send,
    shop,
)
