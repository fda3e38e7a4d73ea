"""What a WhatsApp transport says, as plain values: no Django, no database, no network."""
