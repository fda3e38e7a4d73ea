"""What is done with notes that exist: read again, canceled, heard of, mailed, drawn (N13, N14, N16)."""
