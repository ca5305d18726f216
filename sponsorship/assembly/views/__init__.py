"""Pages of the issue that goes out."""

from sponsorship.assembly.views import issue, prints, runsheet
from sponsorship.assembly.views.door import blueprint

__all__ = ["blueprint", "issue", "prints", "runsheet"]
