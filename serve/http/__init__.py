"""What every HTTP request passes, and what errors look like."""
