import pytest
from django.db import connection

from core.tests.models import Secret


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Make the table of the model that only tests know."""
    with django_db_blocker.unblock(), connection.schema_editor() as editor:
        editor.create_model(Secret)
