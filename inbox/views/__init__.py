"""The door that senders call, and the pages on which operators look at what came."""
