"""Drop the second index that Django gives every text key of the registry: nobody looks there by prefix.

With a whole delivery they would take gigabytes and a good part of the loading time. `import_registry` builds
each load with the indexes that it finds here.
"""

from django.db import migrations

DROP = """
    DO $$
    DECLARE found record;
    BEGIN
        FOR found IN
            SELECT indexname FROM pg_indexes
            WHERE schemaname = current_schema() AND tablename LIKE 'registry\\_registry%' AND indexname LIKE '%\\_like'
        LOOP
            EXECUTE format('DROP INDEX %I', found.indexname);
        END LOOP;
    END $$
"""


class Migration(migrations.Migration):
    dependencies = [("registry", "0001_initial")]

    operations = [migrations.RunSQL(DROP, migrations.RunSQL.noop)]
