"""Use cases of the chat, by noun."""
