"""What constraints cannot say: messages and steps are kept as they were written (R62, R81), each in one firm.

Encrypted columns are not compared, because a rotation of keys writes the ciphertext anew.
"""

from django.db import migrations

FORWARD = """
CREATE TRIGGER whatsapp_sessionevent_no_change BEFORE UPDATE OR DELETE ON whatsapp_sessionevent
  FOR EACH ROW EXECUTE FUNCTION nfse_refuse_change();
CREATE TRIGGER whatsapp_sessionevent_no_truncate BEFORE TRUNCATE ON whatsapp_sessionevent
  FOR EACH STATEMENT EXECUTE FUNCTION nfse_refuse_change();

-- A message that had no content is completed once; identity and arrival never change.
CREATE FUNCTION whatsapp_keep_inbound() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF ROW(NEW.channel_id, NEW.provider_message_id, NEW.is_from_firm)
     IS DISTINCT FROM ROW(OLD.channel_id, OLD.provider_message_id, OLD.is_from_firm)
     OR (ROW(NEW.kind, NEW.has_content, NEW.quoted_id, NEW.target_id, NEW.sent_at, NEW.received_at)
         IS DISTINCT FROM
         ROW(OLD.kind, OLD.has_content, OLD.quoted_id, OLD.target_id, OLD.sent_at, OLD.received_at)
         AND NOT (OLD.kind = 'unknown' AND NEW.has_content))
     OR NEW.seq < OLD.seq AND NEW.conversation_id = OLD.conversation_id THEN
    RAISE EXCEPTION 'message % is kept as it arrived', OLD.id
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'whatsapp_inbound_kept';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER whatsapp_inbound_kept BEFORE UPDATE ON whatsapp_inboundmessage
  FOR EACH ROW EXECUTE FUNCTION whatsapp_keep_inbound();

-- What is said is never rewritten, and goes to the one it was written for.
CREATE FUNCTION whatsapp_keep_outbound() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF ROW(NEW.channel_id, NEW.conversation_id, NEW.seq, NEW.kind, NEW.invoice_id, NEW.file, NEW.mirror_hash,
         NEW.dedupe_key, NEW.author)
     IS DISTINCT FROM
     ROW(OLD.channel_id, OLD.conversation_id, OLD.seq, OLD.kind, OLD.invoice_id, OLD.file, OLD.mirror_hash,
         OLD.dedupe_key, OLD.author) THEN
    RAISE EXCEPTION 'outgoing message % is kept as it was written', OLD.id
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'whatsapp_outbound_kept';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER whatsapp_outbound_kept BEFORE UPDATE ON whatsapp_outboundmessage
  FOR EACH ROW EXECUTE FUNCTION whatsapp_keep_outbound();
"""

BACKWARD = """
DROP TRIGGER whatsapp_outbound_kept ON whatsapp_outboundmessage;
DROP FUNCTION whatsapp_keep_outbound();
DROP TRIGGER whatsapp_inbound_kept ON whatsapp_inboundmessage;
DROP FUNCTION whatsapp_keep_inbound();
DROP TRIGGER whatsapp_sessionevent_no_truncate ON whatsapp_sessionevent;
DROP TRIGGER whatsapp_sessionevent_no_change ON whatsapp_sessionevent;
"""

# A row names its firm and what it belongs to; the database keeps the two from disagreeing (A9).
SAME_FIRM = """
ALTER TABLE whatsapp_conversation ADD CONSTRAINT whatsapp_conversation_same_firm FOREIGN KEY (channel_id, firm_id)
  REFERENCES whatsapp_channel (id, firm_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE whatsapp_conversation ADD CONSTRAINT whatsapp_conversation_company_same_firm
  FOREIGN KEY (company_id, firm_id) REFERENCES nfse_company (id, firm_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE whatsapp_session ADD CONSTRAINT whatsapp_session_same_firm FOREIGN KEY (conversation_id, firm_id)
  REFERENCES whatsapp_conversation (id, firm_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE whatsapp_session ADD CONSTRAINT whatsapp_session_company_same_firm FOREIGN KEY (company_id, firm_id)
  REFERENCES nfse_company (id, firm_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE whatsapp_session ADD CONSTRAINT whatsapp_session_phone_same_firm FOREIGN KEY (phone_id, firm_id)
  REFERENCES nfse_authorizedphone (id, firm_id) DEFERRABLE INITIALLY DEFERRED;
"""
FREE_FIRM = """
ALTER TABLE whatsapp_session DROP CONSTRAINT whatsapp_session_phone_same_firm;
ALTER TABLE whatsapp_session DROP CONSTRAINT whatsapp_session_company_same_firm;
ALTER TABLE whatsapp_session DROP CONSTRAINT whatsapp_session_same_firm;
ALTER TABLE whatsapp_conversation DROP CONSTRAINT whatsapp_conversation_company_same_firm;
ALTER TABLE whatsapp_conversation DROP CONSTRAINT whatsapp_conversation_same_firm;
"""


class Migration(migrations.Migration):
    dependencies = [("whatsapp", "0001_initial"), ("nfse", "0013_federal_retentions")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD), migrations.RunSQL(SAME_FIRM, FREE_FIRM)]
