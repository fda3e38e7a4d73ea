"""OpenAI by rules of its own: responses, chat completions, transcription, models (whatsapp/openai.md §9)."""
