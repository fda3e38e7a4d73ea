"""The closed lists of words of the chat (PRODUCT.md §5.7) and what a message means by them."""
