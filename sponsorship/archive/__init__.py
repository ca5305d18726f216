"""Past issues: read what was published, find its placements, import."""
