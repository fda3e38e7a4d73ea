"""Reads of the lead business, split by noun."""
