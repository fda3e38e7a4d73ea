"""A release takes nothing away that the former one reads, unless its migration says who read it last."""

import pytest

from embedded.migrations import list_unmarked

DROP = """from django.db import migrations

class Migration(migrations.Migration):
    operations = (migrations.{operation},)
"""


@pytest.fixture
def write(tmp_path):
    def write(text, app="orders", name="0002_next.py"):
        folder = tmp_path / app / "migrations"
        folder.mkdir(parents=True)
        (folder / name).write_text(text)
        return list_unmarked(tmp_path)

    return write


@pytest.mark.parametrize(
    ("operation", "said"),
    [
        ('RemoveField("order", "note")', "RemoveField"),
        ('RenameField("order", "note", "remark")', "RenameField"),
        ('DeleteModel("order")', "DeleteModel"),
        ('RenameModel("order", "purchase")', "RenameModel"),
        ('RunSQL("ALTER TABLE orders  DROP  COLUMN note")', "DROP COLUMN"),
        ('RunSQL(["alter table orders rename column note to remark"])', "RENAME COLUMN"),
        (
            'AddField("order", "note", field=models.CharField(default=""))',
            "AddField that is neither null nor has a db_default",
        ),
    ],
)
def test_what_takes_something_away_is_named(write, operation, said):
    assert write(DROP.format(operation=operation)) == [f"orders/migrations/0002_next.py: {said}"]


def test_an_operation_that_was_imported_by_name_is_seen(write):
    text = DROP.replace(
        "import migrations", "import migrations\nfrom django.db.migrations import RemoveField"
    )

    assert write(text.format(operation="x").replace("migrations.x", 'RemoveField("order", "note")'))


@pytest.mark.parametrize(
    "operation",
    [
        'AddField("order", "note", field=models.CharField(null=True))',
        'AddField("order", "note", field=models.CharField(db_default=""))',
        'RemoveIndex("order", "by_note")',
        'RunSQL("DROP TRIGGER x ON y")',
    ],
)
def test_what_adds_or_is_seen_by_the_database_alone_is_not(write, operation):
    assert write(DROP.format(operation=operation)) == []


def test_a_migration_says_which_release_read_it_last(write):
    text = DROP.format(operation='RemoveField("order", "note")')

    assert write(f"# contract: read last by v1.4.0\n{text}") == []


def test_a_mark_without_a_release_does_not_count(write):
    assert write("# contract:\n" + DROP.format(operation='RemoveField("order", "note")'))


def test_what_was_written_before_the_rule_stands(write):
    text = DROP.format(operation='RemoveField("order", "note")')

    assert write(text, app="nfse", name="0017_drop.py") == []


def test_our_own_migrations_keep_to_it():
    assert list_unmarked() == []
