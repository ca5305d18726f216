"""The issue that goes out: blocks, whole issue, preflight."""
