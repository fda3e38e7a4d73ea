"""The address that a note is sent to is a row, and its work holds ids only; work that waits is moved over."""

import core.fields
import django.db.models.deletion
from django.db import migrations, models

# Both hold the address in the same encryption.
MOVE = """
DO $$
DECLARE
  item record;
  moved bigint;
BEGIN
  FOR item IN SELECT id, payload FROM queue_worker_workitem
    WHERE kind = 'nfse.email_note' AND jsonb_exists(payload, 'to') AND status IN ('pending', 'processing', 'dead')
  LOOP
    INSERT INTO nfse_noteemail (request_id, address, asked_at)
      VALUES ((item.payload->>'request_id')::bigint, item.payload->>'to', now()) RETURNING id INTO moved;
    UPDATE queue_worker_workitem SET payload = jsonb_build_object('email_id', moved) WHERE id = item.id;
  END LOOP;
END $$
"""


class Migration(migrations.Migration):

    dependencies = [
        ('nfse', '0011_phones_and_actors'),
        ('queue_worker', '0003_chat_and_windows'),
    ]

    operations = [
        migrations.CreateModel(
            name='NoteEmail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address', core.fields.EncryptedTextField(verbose_name='endereço')),
                ('asked_at', models.DateTimeField(auto_now_add=True, verbose_name='pedido em')),
                ('request', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='emails', to='nfse.invoicerequest')),
            ],
            options={
                'verbose_name': 'nota por e-mail',
                'verbose_name_plural': 'notas por e-mail',
            },
        ),
        migrations.RunSQL(MOVE, migrations.RunSQL.noop),
    ]
