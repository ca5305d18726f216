"""Newsletters, placements, issues, slots, rate card."""
