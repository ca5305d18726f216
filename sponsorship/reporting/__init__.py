"""Read-only: figures, charts, reports."""
