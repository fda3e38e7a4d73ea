"""What the operators' pages ask of others."""
