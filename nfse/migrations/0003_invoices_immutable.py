"""What constraints cannot say: history is append-only, and what was confirmed stays as it was confirmed."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION nfse_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_TABLE_NAME || '_append_only';
END $$;

CREATE TRIGGER nfse_requestevent_no_change BEFORE UPDATE OR DELETE ON nfse_requestevent
  FOR EACH ROW EXECUTE FUNCTION nfse_refuse_change();
CREATE TRIGGER nfse_requestevent_no_truncate BEFORE TRUNCATE ON nfse_requestevent
  FOR EACH STATEMENT EXECUTE FUNCTION nfse_refuse_change();
CREATE TRIGGER nfse_request_no_delete BEFORE DELETE ON nfse_invoicerequest
  FOR EACH ROW EXECUTE FUNCTION nfse_refuse_change();

-- Content and identity of a request never change after the confirmation. Of the encrypted columns the hashes
-- are kept, because a rotation of keys writes the ciphertext anew. The bytes may be signed again, under the
-- same number, only when the authority refused their time and the request goes back to the queue (E0008).
CREATE FUNCTION nfse_keep_confirmed() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER nfse_request_confirmed BEFORE UPDATE ON nfse_invoicerequest
  FOR EACH ROW EXECUTE FUNCTION nfse_keep_confirmed();

-- A number never goes back (R96).
CREATE FUNCTION nfse_series_forward() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.last_number < OLD.last_number THEN
    RAISE EXCEPTION 'series % may not go back from % to %', OLD.id, OLD.last_number, NEW.last_number
      USING ERRCODE = 'check_violation', CONSTRAINT = 'nfse_series_forward';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER nfse_series_forward BEFORE UPDATE ON nfse_numberseries
  FOR EACH ROW EXECUTE FUNCTION nfse_series_forward();
"""

BACKWARD = """
DROP TRIGGER nfse_series_forward ON nfse_numberseries;
DROP TRIGGER nfse_request_confirmed ON nfse_invoicerequest;
DROP TRIGGER nfse_request_no_delete ON nfse_invoicerequest;
DROP TRIGGER nfse_requestevent_no_truncate ON nfse_requestevent;
DROP TRIGGER nfse_requestevent_no_change ON nfse_requestevent;
DROP FUNCTION nfse_series_forward();
DROP FUNCTION nfse_keep_confirmed();
DROP FUNCTION nfse_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("nfse", "0002_invoices")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
