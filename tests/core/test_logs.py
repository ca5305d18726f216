"""A log line tells of a request without telling of a person."""

import json
import logging

import pytest
from flask import Flask

from sponsorship.core.logs import JsonLines


def test_a_request_is_logged_by_its_endpoint_and_number(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="flatplan.request"):
        answer = app.test_client().get("/sign-in/a-secret-token?email=ada@example.com")
    [record] = [one for one in caplog.records if one.name == "flatplan.request"]
    line = json.loads(JsonLines().format(record))
    assert line["endpoint"] == "accounts.use_link" and line["status"] == answer.status_code
    assert line["method"] == "GET" and line["ms"] >= 0
    assert "secret" not in str(line) and "ada" not in str(line)


def test_health_and_files_are_not_logged(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="flatplan.request"):
        app.test_client().get("/health")
        app.test_client().get("/static/css/base.css")
    assert [one for one in caplog.records if one.name == "flatplan.request"] == []


def test_an_error_is_one_line_with_its_trace() -> None:
    try:
        raise ValueError("it broke")
    except ValueError as error:
        record = logging.LogRecord(
            "x", logging.ERROR, __file__, 1, "request %s failed", ("17",), (type(error), error, None)
        )
    written = JsonLines().format(record)
    assert "\n" not in written
    assert json.loads(written)["message"] == "request 17 failed" and "it broke" in json.loads(written)["trace"]
