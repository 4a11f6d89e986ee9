"""The operator's command line and the running server."""
