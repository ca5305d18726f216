"""What the promises are proved with: `python -m torture NAME`, one module for each promise."""
