"""Reads about the chat, by noun. Every one takes the firm first (R99)."""
