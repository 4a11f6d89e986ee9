"""What an operator can have done, in-process or by a running server."""
