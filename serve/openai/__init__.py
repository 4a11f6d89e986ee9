"""The OpenAI wire format, spoken for the assistant."""
