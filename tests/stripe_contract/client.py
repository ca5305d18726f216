"""The library's HTTP client, which reads along: every call and every answer is held against what is published."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import stripe

from tests.stripe_contract.published import answer_problems, read_request, request_problems
from tests.stripe_contract.sdk_types import call_problems

CHECKED_CALLS: dict[tuple[str, str], int] = {}


class ContractBroken(AssertionError):
    """A call that Stripe would not take, or an answer that Stripe would not give."""


class CheckedHttpClient(stripe.RequestsClient):
    """Sends what it is given, as it is, and raises ContractBroken where call or answer is not as published."""

    def request(
        self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        parts = urlsplit(url)
        sent = parts.query if method.lower() != "post" else (post_data or "")
        template, typed = read_request(method, parts.path, sent)
        wrong = request_problems(method, parts.path, sent) + call_problems(method, template, typed)
        if wrong:
            raise ContractBroken(f"{method} {parts.path}: {'; '.join(wrong)}")
        answer = super().request(method, url, headers, post_data)
        CHECKED_CALLS[method, template] = CHECKED_CALLS.get((method, template), 0) + 1
        if answer[1] == 200:
            wrong = answer_problems(method, parts.path, json.loads(answer[0]))
            if wrong:
                raise ContractBroken(f"answer to {method} {parts.path}: {'; '.join(wrong[:8])}")
        return answer
