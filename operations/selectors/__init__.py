"""What operators read, from every app."""
