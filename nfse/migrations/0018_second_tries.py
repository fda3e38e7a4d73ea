import django.db.models.deletion
from django.db import migrations, models

FORWARD = """
CREATE FUNCTION nfse_keep_followed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'in whose place request % was confirmed does not change', OLD.id
    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'nfse_request_confirmed';
END $$;
CREATE TRIGGER nfse_request_followed BEFORE UPDATE OF follows_id ON nfse_invoicerequest
  FOR EACH ROW WHEN (NEW.follows_id IS DISTINCT FROM OLD.follows_id)
  EXECUTE FUNCTION nfse_keep_followed();
"""

BACKWARD = """
DROP TRIGGER nfse_request_followed ON nfse_invoicerequest;
DROP FUNCTION nfse_keep_followed();
"""


class Migration(migrations.Migration):
    dependencies = [("nfse", "0017_drop_withheld_amount")]

    operations = [
        migrations.AddField(
            model_name="invoicerequest",
            name="follows",
            field=models.ForeignKey(
                blank=True,
                help_text="the first of the requests that failed, in whose place this one was confirmed",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="followers",
                to="nfse.invoicerequest",
                verbose_name="no lugar de",
            ),
        ),
        migrations.AddIndex(
            model_name="invoicerequest",
            index=models.Index(fields=["company", "retry_until"], name="nfse_request_last_try"),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
