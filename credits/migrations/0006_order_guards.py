"""Prices in R$ stay as written, and an order keeps what it was made with."""

from django.db import migrations

FORWARD = """
CREATE TRIGGER credits_catalog_no_change BEFORE UPDATE OR DELETE ON credits_catalog
  FOR EACH ROW EXECUTE FUNCTION credits_refuse_change();
CREATE TRIGGER credits_package_no_change BEFORE UPDATE OR DELETE ON credits_package
  FOR EACH ROW EXECUTE FUNCTION credits_refuse_change();
CREATE TRIGGER credits_pricepoint_no_change BEFORE UPDATE OR DELETE ON credits_pricepoint
  FOR EACH ROW EXECUTE FUNCTION credits_refuse_change();

CREATE FUNCTION credits_keep_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.account_id, NEW.credits, NEW.cents, NEW.currency, NEW.catalog_id, NEW.session_deadline)
     IS DISTINCT FROM
     (OLD.account_id, OLD.credits, OLD.cents, OLD.currency, OLD.catalog_id, OLD.session_deadline)
     OR (OLD.purchase_id IS NOT NULL AND NEW.purchase_id IS DISTINCT FROM OLD.purchase_id) THEN
    RAISE EXCEPTION 'an order keeps its account, credits, price and purchase'
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'credits_order_keeps_price';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER credits_order_keeps_price BEFORE UPDATE ON credits_order
  FOR EACH ROW EXECUTE FUNCTION credits_keep_order();
"""

BACKWARD = """
DROP TRIGGER credits_order_keeps_price ON credits_order;
DROP FUNCTION credits_keep_order();
DROP TRIGGER credits_pricepoint_no_change ON credits_pricepoint;
DROP TRIGGER credits_package_no_change ON credits_package;
DROP TRIGGER credits_catalog_no_change ON credits_catalog;
"""


class Migration(migrations.Migration):
    dependencies = [("credits", "0005_orders")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
