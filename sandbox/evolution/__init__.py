"""The Evolution API with phones behind it: instances, sends, media, webhooks (whatsapp/evolution.md)."""
