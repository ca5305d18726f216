"""The WSGI application: what a web server and the flask command load."""

from sponsorship import create_app

app = create_app()
