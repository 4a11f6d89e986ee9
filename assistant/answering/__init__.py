"""From evidence and results to sentences that may leave."""
