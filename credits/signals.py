"""What credits tells the apps above. Receivers run in the transaction and only insert their own row."""

from django.dispatch import Signal

purchase_settled = Signal()
"""An order was paid and its credits granted, once per order. Arguments: order_id."""
