"""Dialogs played without waiting: the real webhook, queue and outbox, on a clock of their own."""
