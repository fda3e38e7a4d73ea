"""Use cases of the lead business, split by noun."""
