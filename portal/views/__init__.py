"""Pages of the accounting firm: fetch what is the firm's, read the form, make one call, answer."""
