"""Stripe with a memory: checkout pages, payments, refunds, disputes, signed webhooks (leads/stripe.md)."""
