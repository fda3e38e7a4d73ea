"""Authorised phones, and who acts: a user or a phone, exactly one (A16, R102).

What is stored was all done by users, and stays theirs: the columns of phones begin empty.
"""

import core.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# Who said yes is part of what was confirmed.
KEEP_CONFIRMED = """
CREATE OR REPLACE FUNCTION nfse_keep_confirmed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF ROW(NEW.firm_id, NEW.company_id, NEW.environment, NEW.gateway, NEW.content_hash,
         NEW.amount, NEW.competence_date, NEW.issuer_index, NEW.city_code, NEW.integration_id, NEW.series,
         NEW.number, NEW.dps_id, NEW.prepared_id, NEW.form_key,
         NEW.confirmed_by_id, NEW.confirmed_by_phone_id)
     IS DISTINCT FROM
     ROW(OLD.firm_id, OLD.company_id, OLD.environment, OLD.gateway, OLD.content_hash,
         OLD.amount, OLD.competence_date, OLD.issuer_index, OLD.city_code, OLD.integration_id, OLD.series,
         OLD.number, OLD.dps_id, OLD.prepared_id, OLD.form_key,
         OLD.confirmed_by_id, OLD.confirmed_by_phone_id) THEN
    RAISE EXCEPTION 'the content of request % was confirmed and does not change', OLD.id
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'nfse_request_confirmed';
  END IF;
  IF NEW.payload_sha256 <> OLD.payload_sha256 AND NOT (OLD.state = 'sending' AND NEW.state = 'queued') THEN
    RAISE EXCEPTION 'the bytes of request % may be signed again only after a refusal of their time', OLD.id
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'nfse_request_confirmed';
  END IF;
  RETURN NEW;
END $$;
"""
KEPT_BEFORE = """
CREATE OR REPLACE FUNCTION nfse_keep_confirmed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF ROW(NEW.firm_id, NEW.company_id, NEW.environment, NEW.gateway, NEW.content_hash,
         NEW.amount, NEW.competence_date, NEW.issuer_index, NEW.city_code, NEW.integration_id, NEW.series,
         NEW.number, NEW.dps_id, NEW.prepared_id, NEW.form_key)
     IS DISTINCT FROM
     ROW(OLD.firm_id, OLD.company_id, OLD.environment, OLD.gateway, OLD.content_hash,
         OLD.amount, OLD.competence_date, OLD.issuer_index, OLD.city_code, OLD.integration_id, OLD.series,
         OLD.number, OLD.dps_id, OLD.prepared_id, OLD.form_key) THEN
    RAISE EXCEPTION 'the content of request % was confirmed and does not change', OLD.id
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'nfse_request_confirmed';
  END IF;
  IF NEW.payload_sha256 <> OLD.payload_sha256 AND NOT (OLD.state = 'sending' AND NEW.state = 'queued') THEN
    RAISE EXCEPTION 'the bytes of request % may be signed again only after a refusal of their time', OLD.id
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'nfse_request_confirmed';
  END IF;
  RETURN NEW;
END $$;
"""
# A row, its company and its phone name one firm; the database keeps them from disagreeing (A9).
SAME_FIRM = """
ALTER TABLE nfse_authorizedphone ADD CONSTRAINT nfse_authorizedphone_same_firm FOREIGN KEY (company_id, firm_id)
  REFERENCES nfse_company (id, firm_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE nfse_invoicerequest ADD CONSTRAINT nfse_request_phone_same_firm
  FOREIGN KEY (confirmed_by_phone_id, firm_id)
  REFERENCES nfse_authorizedphone (id, firm_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE nfse_requestevent ADD CONSTRAINT nfse_history_phone_same_firm FOREIGN KEY (actor_phone_id, firm_id)
  REFERENCES nfse_authorizedphone (id, firm_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE nfse_changerecord ADD CONSTRAINT nfse_change_phone_same_firm FOREIGN KEY (actor_phone_id, firm_id)
  REFERENCES nfse_authorizedphone (id, firm_id) DEFERRABLE INITIALLY DEFERRED;
"""
FREE_FIRM = """
ALTER TABLE nfse_changerecord DROP CONSTRAINT nfse_change_phone_same_firm;
ALTER TABLE nfse_requestevent DROP CONSTRAINT nfse_history_phone_same_firm;
ALTER TABLE nfse_invoicerequest DROP CONSTRAINT nfse_request_phone_same_firm;
ALTER TABLE nfse_authorizedphone DROP CONSTRAINT nfse_authorizedphone_same_firm;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('nfse', '0010_email_to_taker'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AuthorizedPhone',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80, verbose_name='nome')),
                ('number_text', core.fields.EncryptedTextField(help_text='E.164; mobiles with the ninth digit', verbose_name='WhatsApp')),
                ('number_index', models.CharField(editable=False, max_length=64)),
                ('cpf_text', core.fields.EncryptedTextField(blank=True, verbose_name='CPF')),
                ('cpf_index', models.CharField(blank=True, editable=False, max_length=64)),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail')),
                ('can_issue', models.BooleanField(default=True, verbose_name='pode pedir notas')),
                ('can_cancel', models.BooleanField(default=False, verbose_name='pode cancelar notas')),
                ('is_main', models.BooleanField(default=False, verbose_name='telefone principal')),
                ('is_active', models.BooleanField(default=True, verbose_name='ativo')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='criado em')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='alterado em')),
            ],
            options={
                'verbose_name': 'telefone autorizado',
                'verbose_name_plural': 'telefones autorizados',
            },
        ),
        migrations.RemoveIndex(
            model_name='invoicerequest',
            name='nfse_request_newest',
        ),
        migrations.AlterField(
            model_name='invoicerequest',
            name='confirmed_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='invoicerequest',
            name='origin',
            field=models.CharField(choices=[('hand', 'Portal'), ('chat', 'Conversa'), ('batch', 'Lote'), ('recurring', 'Recorrente'), ('api', 'API')], max_length=9, verbose_name='origem'),
        ),
        migrations.AddField(
            model_name='authorizedphone',
            name='company',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='phones', to='nfse.company'),
        ),
        migrations.AddField(
            model_name='authorizedphone',
            name='firm',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='nfse.firm'),
        ),
        migrations.AddField(
            model_name='changerecord',
            name='actor_phone',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='nfse.authorizedphone', verbose_name='por qual telefone'),
        ),
        migrations.AddField(
            model_name='invoicerequest',
            name='confirmed_by_phone',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='nfse.authorizedphone'),
        ),
        migrations.AddField(
            model_name='requestevent',
            name='actor_phone',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='nfse.authorizedphone'),
        ),
        migrations.AddIndex(
            model_name='invoicerequest',
            index=models.Index(fields=['firm', '-confirmed_at', '-id'], include=('state', 'environment', 'amount', 'company', 'taker', 'competence_date', 'origin', 'gateway', 'confirmed_by', 'confirmed_by_phone'), name='nfse_request_newest'),
        ),
        migrations.AddConstraint(
            model_name='changerecord',
            constraint=models.CheckConstraint(condition=models.Q(('actor__isnull', True), ('actor_phone__isnull', True), _connector='OR'), name='nfse_change_one_actor'),
        ),
        migrations.AddConstraint(
            model_name='invoicerequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('confirmed_by__isnull', False), ('confirmed_by_phone__isnull', True)), models.Q(('confirmed_by__isnull', True), ('confirmed_by_phone__isnull', False)), _connector='OR'), name='nfse_request_one_confirmer'),
        ),
        migrations.AddConstraint(
            model_name='invoicerequest',
            constraint=models.CheckConstraint(condition=models.Q(('origin__in', ['hand', 'chat', 'batch', 'recurring', 'api'])), name='nfse_request_origin_known'),
        ),
        migrations.AddConstraint(
            model_name='invoicerequest',
            constraint=models.CheckConstraint(condition=models.Q(('confirmed_by_phone__isnull', True), ('origin', 'chat'), _connector='OR'), name='nfse_request_phone_by_chat'),
        ),
        migrations.AddConstraint(
            model_name='requestevent',
            constraint=models.CheckConstraint(condition=models.Q(('actor__isnull', True), ('actor_phone__isnull', True), _connector='OR'), name='nfse_history_one_actor'),
        ),
        migrations.AddIndex(
            model_name='authorizedphone',
            index=models.Index(fields=['firm', 'number_index'], name='nfse_phone_by_number'),
        ),
        migrations.AddConstraint(
            model_name='authorizedphone',
            constraint=models.UniqueConstraint(fields=('company', 'number_index'), name='nfse_phone_number_unique', violation_error_message='Este número já está cadastrado nesta empresa.'),
        ),
        migrations.AddConstraint(
            model_name='authorizedphone',
            constraint=models.UniqueConstraint(condition=models.Q(('is_main', True)), fields=('company',), name='nfse_phone_one_main'),
        ),
        migrations.AddConstraint(
            model_name='authorizedphone',
            constraint=models.UniqueConstraint(fields=('id', 'firm'), name='nfse_phone_of_firm'),
        ),
        migrations.AddConstraint(
            model_name='authorizedphone',
            constraint=models.CheckConstraint(condition=models.Q(('is_main', False), ('is_active', True), _connector='OR'), name='nfse_phone_main_is_active'),
        ),
        migrations.AddConstraint(
            model_name='authorizedphone',
            constraint=models.CheckConstraint(condition=models.Q(('number_index__regex', '^[0-9a-f]{64}$')), name='nfse_phone_has_number'),
        ),
        migrations.AddConstraint(
            model_name='authorizedphone',
            constraint=models.CheckConstraint(condition=models.Q(('cpf_index', ''), ('cpf_index__regex', '^[0-9a-f]{64}$'), _connector='OR'), name='nfse_phone_cpf_index'),
        ),
        migrations.RunSQL(KEEP_CONFIRMED, KEPT_BEFORE),
        migrations.RunSQL(SAME_FIRM, FREE_FIRM),
    ]
