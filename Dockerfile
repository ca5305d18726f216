# Web server and worker in one container; a second one with CMD ["flask", "--app", "app", "worker"] may stand beside it.
FROM python:3.12-slim

# pg_dump and psql, for backups of a PostgreSQL database.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends postgresql-client \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /flatplan
COPY requirements.txt .
RUN pip install --no-cache-dir --require-hashes -r requirements.txt

COPY app.py ./
COPY sponsorship sponsorship
COPY templates templates
COPY static static
COPY migrations migrations

RUN useradd --system --create-home flatplan && mkdir /data && chown flatplan /data
USER flatplan
VOLUME /data
ENV FLATPLAN_VAR=/data HOST=0.0.0.0 PORT=8000 PYTHONUNBUFFERED=1
EXPOSE 8000
HEALTHCHECK --start-period=60s CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/ready', timeout=4)"]
CMD ["flask", "--app", "app", "serve"]
