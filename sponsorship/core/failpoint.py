"""Places where a test may have the process die: before and after each commit, call to the provider, and mail.

In a test installation (APP_ENV=test) `arm` sets what is called at each of them. Elsewhere it refuses, and passing one does
nothing.
"""

from collections.abc import Callable

from sponsorship.core.config import Settings
from sponsorship.core.errors import NotAnInstallation

Hook = Callable[[str], None]
_hooks: list[Hook] = []


def passing(point: str) -> None:
    """Say that the program is at a point such as "commit.before"."""
    for hook in _hooks:
        hook(point)


def arm(settings: Settings, hook: Hook) -> None:
    """Have `hook` called at every point from now on; raises NotAnInstallation outside a test installation."""
    if settings.environment != "test":
        raise NotAnInstallation("Points of failure are for tests: they need APP_ENV=test.")
    _hooks[:] = [hook]


def disarm() -> None:
    """Have nothing called any more."""
    _hooks.clear()
