"""Forms of the firm's pages. They read and clean what was typed; what is allowed is decided by services."""
