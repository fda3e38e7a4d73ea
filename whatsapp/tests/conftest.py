"""The cast of nfse.tests.cast, for the tests of the chat."""

from nfse.tests.cast import (  # noqa: F401 - fixtures
    accountant,
    company,
    office,
    other_company,
    other_office,
    page,
    private_files,
    send,
)
