"""What constraints cannot say: entries and prices stay as written, refunds fit, balances follow the ledger."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION credits_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_TABLE_NAME || '_append_only';
END $$;

CREATE TRIGGER credits_entry_no_change BEFORE UPDATE OR DELETE ON credits_ledgerentry
  FOR EACH ROW EXECUTE FUNCTION credits_refuse_change();
CREATE TRIGGER credits_entry_no_truncate BEFORE TRUNCATE ON credits_ledgerentry
  FOR EACH STATEMENT EXECUTE FUNCTION credits_refuse_change();
CREATE TRIGGER credits_tariff_no_change BEFORE UPDATE OR DELETE ON credits_tariff
  FOR EACH ROW EXECUTE FUNCTION credits_refuse_change();
CREATE TRIGGER credits_tariff_no_truncate BEFORE TRUNCATE ON credits_tariff
  FOR EACH STATEMENT EXECUTE FUNCTION credits_refuse_change();

CREATE FUNCTION credits_check_refund() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE debit credits_ledgerentry;
BEGIN
  SELECT * INTO debit FROM credits_ledgerentry WHERE id = NEW.refunds_id;
  IF debit.kind <> 'spend' OR debit.wallet_id <> NEW.wallet_id OR NEW.amount > -debit.amount THEN
    RAISE EXCEPTION 'a refund belongs to one spend of the same wallet and never exceeds it'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'credits_entry_refund_fits_debit';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER credits_entry_refund_fits_debit BEFORE INSERT ON credits_ledgerentry
  FOR EACH ROW WHEN (NEW.kind = 'refund') EXECUTE FUNCTION credits_check_refund();

-- Deferred, so it sees what the transaction leaves behind; it reads the wallet again because one
-- transaction may change it several times and only the last state counts.
CREATE FUNCTION credits_check_wallet() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE wallet credits_wallet; last credits_ledgerentry;
BEGIN
  SELECT * INTO wallet FROM credits_wallet WHERE id = NEW.id;
  SELECT * INTO last FROM credits_ledgerentry WHERE wallet_id = NEW.id ORDER BY seq DESC LIMIT 1;
  IF wallet.balance <> coalesce(last.balance_after, 0) OR wallet.last_seq <> coalesce(last.seq, 0) THEN
    RAISE EXCEPTION 'wallet % says balance % at entry %, its ledger says % at entry %', wallet.id,
      wallet.balance, wallet.last_seq, coalesce(last.balance_after, 0), coalesce(last.seq, 0)
      USING ERRCODE = 'check_violation', CONSTRAINT = 'credits_wallet_follows_ledger';
  END IF;
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER credits_wallet_follows_ledger
  AFTER INSERT OR UPDATE OF balance, last_seq ON credits_wallet DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION credits_check_wallet();
"""

BACKWARD = """
DROP TRIGGER credits_wallet_follows_ledger ON credits_wallet;
DROP TRIGGER credits_entry_refund_fits_debit ON credits_ledgerentry;
DROP TRIGGER credits_tariff_no_truncate ON credits_tariff;
DROP TRIGGER credits_tariff_no_change ON credits_tariff;
DROP TRIGGER credits_entry_no_truncate ON credits_ledgerentry;
DROP TRIGGER credits_entry_no_change ON credits_ledgerentry;
DROP FUNCTION credits_check_wallet();
DROP FUNCTION credits_check_refund();
DROP FUNCTION credits_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("credits", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
