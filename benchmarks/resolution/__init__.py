"""Labelled pairs of places and companies, all invented, and what a rule makes of them (docs/leads.md)."""
