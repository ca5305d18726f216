"""Calling Stripe: what it refuses for good is told apart from what is not known."""

import logging
from collections.abc import Callable
from typing import Any

import stripe

from sponsorship.core.failpoint import passing
from sponsorship.payments.gateway import ProviderRefused, ProviderUnavailable

log = logging.getLogger(__name__)


def ask(call: Callable[..., Any], *arguments: Any) -> Any:
    """Call Stripe; what it refuses for good is ProviderRefused, everything else that goes wrong is not known."""
    try:
        passing("call.before")
        answer = call(*arguments)
        passing("call.after")
    except stripe.IdempotencyError as clash:
        if clash.http_status == 409:  # the same request is under way in another process
            raise ProviderUnavailable from clash
        raise ProviderRefused(str(clash), "idempotency_mismatch") from clash
    except (stripe.InvalidRequestError, stripe.CardError) as refusal:
        log.warning("Stripe refused: %s", refusal)
        raise ProviderRefused(str(refusal.user_message or refusal), refusal.code or "") from refusal
    except stripe.StripeError as failure:
        log.warning("Stripe did not answer: %s: %s", type(failure).__name__, failure)
        raise ProviderUnavailable from failure
    return answer.to_dict(for_json=True) if isinstance(answer, stripe.StripeObject) else answer
