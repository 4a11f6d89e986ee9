"""What a text is: title, dates, authority, source."""
