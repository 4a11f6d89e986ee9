"""Schema migrations, run when the database is opened."""
