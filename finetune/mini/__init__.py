"""bagui-mini: the embedded language model, from its data to its weights."""
