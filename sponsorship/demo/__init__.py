"""Demo newsletter, made through the services."""
