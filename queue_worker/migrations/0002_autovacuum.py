"""Every item is updated at least twice: without eager vacuuming the claim wades through dead rows."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("queue_worker", "0001_initial")]

    operations = [
        migrations.RunSQL(
            """ALTER TABLE queue_worker_workitem SET (
                autovacuum_vacuum_scale_factor = 0.02,
                autovacuum_vacuum_threshold = 1000,
                autovacuum_analyze_scale_factor = 0.05,
                autovacuum_vacuum_cost_delay = 0
            )""",
            """ALTER TABLE queue_worker_workitem RESET (
                autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold,
                autovacuum_analyze_scale_factor, autovacuum_vacuum_cost_delay
            )""",
        )
    ]
