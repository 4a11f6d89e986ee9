"""Which language model answers, and the one that runs in this process."""
