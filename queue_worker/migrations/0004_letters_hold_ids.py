"""Letters to operators held their words; nobody reads such work any more. What they told stands elsewhere."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("queue_worker", "0003_chat_and_windows")]

    operations = [
        migrations.RunSQL(
            """UPDATE queue_worker_workitem
            SET status = 'cancelled', finished_at = now(), lease_owner = NULL, lease_until = NULL,
                last_error = 'esta versão não envia mais esta carta'
            WHERE kind IN ('nfse.tell_operators', 'credits.alert_operators')
              AND status IN ('pending', 'processing')""",
            migrations.RunSQL.noop,
        )
    ]
