"""Tracked links, clicks and mailing statistics."""
