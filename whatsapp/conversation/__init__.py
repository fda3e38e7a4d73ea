"""The states of a conversation and the one table of what moves them (PRODUCT.md §5.1-§5.3)."""
