"""From a mirror to one note: confirming, sending, asking, settling (docs/nfse-issuing.md)."""
