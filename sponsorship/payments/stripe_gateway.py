"""The one module that speaks to Stripe."""

from sponsorship.core.config import Settings


class StripeGateway:
    """Stripe, or the stand-in that speaks its protocol, by the settings' key and address."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
