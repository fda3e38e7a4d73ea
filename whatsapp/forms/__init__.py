"""Forms of the chat's pages."""
