"""Tables of the nfse app; each module's models are re-exported here by its owner."""
