"""A note is found by PlugNotas' own id, and the trail of changes only grows (N16, A30)."""

import django.db.models.fields.json
from django.db import migrations, models

FORWARD = """
CREATE TRIGGER nfse_changerecord_no_change BEFORE UPDATE OR DELETE ON nfse_changerecord
  FOR EACH ROW EXECUTE FUNCTION nfse_refuse_change();
CREATE TRIGGER nfse_changerecord_no_truncate BEFORE TRUNCATE ON nfse_changerecord
  FOR EACH STATEMENT EXECUTE FUNCTION nfse_refuse_change();
"""

BACKWARD = """
DROP TRIGGER nfse_changerecord_no_truncate ON nfse_changerecord;
DROP TRIGGER nfse_changerecord_no_change ON nfse_changerecord;
"""


class Migration(migrations.Migration):
    dependencies = [("nfse", "0006_note_pictures")]

    operations = [
        migrations.AddIndex(
            model_name="invoicerequest",
            index=models.Index(
                django.db.models.fields.json.KT("reference__provider_id"),
                condition=models.Q(("gateway", "plugnotas")),
                name="nfse_request_provider_id",
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
