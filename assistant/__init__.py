"""How a question becomes a verified answer."""
