"""A reversal belongs to one purchase and all of them never exceed it; a wallet owes what its ledger says."""

from django.db import migrations

FORWARD = """
-- Runs under the wallet's lock, before the row is there; earlier reversals of the purchase are all visible.
CREATE FUNCTION credits_check_reversal() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE purchase credits_ledgerentry; taken bigint;
BEGIN
  SELECT * INTO purchase FROM credits_ledgerentry WHERE id = NEW.reverses_id;
  SELECT coalesce(sum(owed_change - amount), 0) + NEW.owed_change - NEW.amount INTO taken
    FROM credits_ledgerentry WHERE reverses_id = NEW.reverses_id;
  IF purchase.kind IS DISTINCT FROM 'purchase' OR purchase.wallet_id <> NEW.wallet_id
     OR taken NOT BETWEEN 0 AND purchase.amount THEN
    RAISE EXCEPTION 'reversals belong to one purchase of the same wallet and take between nothing and all of it'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'credits_entry_reversal_fits_purchase';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER credits_entry_reversal_fits_purchase BEFORE INSERT ON credits_ledgerentry
  FOR EACH ROW WHEN (NEW.kind = 'reversal' AND NEW.reverses_id IS NOT NULL)
  EXECUTE FUNCTION credits_check_reversal();

CREATE OR REPLACE FUNCTION credits_check_wallet() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE wallet credits_wallet; last credits_ledgerentry;
BEGIN
  SELECT * INTO wallet FROM credits_wallet WHERE id = NEW.id;
  SELECT * INTO last FROM credits_ledgerentry WHERE wallet_id = NEW.id ORDER BY seq DESC LIMIT 1;
  IF wallet.balance <> coalesce(last.balance_after, 0) OR wallet.last_seq <> coalesce(last.seq, 0)
     OR wallet.owed <> coalesce(last.owed_after, 0) THEN
    RAISE EXCEPTION 'wallet % says balance %, owed % at entry %, its ledger says %, % at entry %', wallet.id,
      wallet.balance, wallet.owed, wallet.last_seq,
      coalesce(last.balance_after, 0), coalesce(last.owed_after, 0), coalesce(last.seq, 0)
      USING ERRCODE = 'check_violation', CONSTRAINT = 'credits_wallet_follows_ledger';
  END IF;
  RETURN NULL;
END $$;

DROP TRIGGER credits_wallet_follows_ledger ON credits_wallet;
CREATE CONSTRAINT TRIGGER credits_wallet_follows_ledger
  AFTER INSERT OR UPDATE OF balance, owed, last_seq ON credits_wallet DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION credits_check_wallet();
"""

BACKWARD = """
DROP TRIGGER credits_entry_reversal_fits_purchase ON credits_ledgerentry;
DROP FUNCTION credits_check_reversal();

CREATE OR REPLACE FUNCTION credits_check_wallet() RETURNS trigger LANGUAGE plpgsql AS $$
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

DROP TRIGGER credits_wallet_follows_ledger ON credits_wallet;
CREATE CONSTRAINT TRIGGER credits_wallet_follows_ledger
  AFTER INSERT OR UPDATE OF balance, last_seq ON credits_wallet DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION credits_check_wallet();
"""


class Migration(migrations.Migration):
    dependencies = [("credits", "0003_reversals")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
