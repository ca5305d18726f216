"""The sponsor's copy: versions, limits, review."""
