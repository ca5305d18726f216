"""Forms of tracking: shape and wording only."""

from sponsorship.tracking.forms.mailings import MappingForm, TableForm, mapping_form
from sponsorship.tracking.forms.settings import TrackingForm
from sponsorship.tracking.forms.statistics import DestinationForm, StatisticsForm

__all__ = ["DestinationForm", "MappingForm", "StatisticsForm", "TableForm", "TrackingForm", "mapping_form"]
