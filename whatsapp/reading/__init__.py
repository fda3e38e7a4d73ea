"""Values out of the words of a chat, by rules alone."""
