"""Pages of the chat, in the accountant's frame."""
