"""Reads about Notas, by noun. Every one takes the firm first (R99)."""
