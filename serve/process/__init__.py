"""The process: its files, logs, parts and end."""
