"""What operators choose and write."""
