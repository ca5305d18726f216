"""Duplicate placements: the corpus of what was printed, and findings."""
