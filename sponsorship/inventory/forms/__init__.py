"""Forms of the settings: shape and wording only."""

from sponsorship.inventory.forms.fields import amount_text, share_text
from sponsorship.inventory.forms.newsletter import MemberForm, NewNewsletterForm, NewsletterForm
from sponsorship.inventory.forms.placement import PlacementForm, PriceChangeForm
from sponsorship.inventory.forms.prices import PriceRuleForm, PromoCodeForm

__all__ = [
    "MemberForm",
    "NewNewsletterForm",
    "NewsletterForm",
    "PlacementForm",
    "PriceChangeForm",
    "PriceRuleForm",
    "PromoCodeForm",
    "amount_text",
    "share_text",
]
