"""A Flask view that redirects and stores nothing: what the click path is measured against."""

from flask import Flask, redirect
from werkzeug.wrappers import Response

app = Flask(__name__)


@app.get("/c/<token>")
def follow(token: str) -> Response:
    """Send the reader on."""
    return redirect(f"https://sponsor.example/landing?utm_source=newsletter&s={token}", 302)
