"""What a server needs: units, proxy, servers, scripts (docs/deploy.md)."""
