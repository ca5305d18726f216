"""The Chromium that the tests drive: the system's where there is one; `--install` gets one otherwise."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

SYSTEM = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
# Without these a fresh Chromium looks for its maker's servers, which the tests do not allow.
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
)  # fmt: skip
# A person's, for a headless one says that it is a robot, and robots' clicks are not counted.
PERSON = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"


def system_browser() -> str | None:
    """Return the path of an installed Chromium, or None: Playwright's own download is used then."""
    given = os.environ.get("CHROMIUM")
    candidates = [given] if given else [path for path in SYSTEM if Path(path).exists()]
    return candidates[0] if candidates else None


def install() -> None:
    """Make sure that there is a browser: the system's, else Debian's package as root, else Playwright's download."""
    if system_browser():
        return
    if os.getuid() == 0 and shutil.which("apt-get"):
        print("Installing Chromium from the system's packages, once")
        quiet = {"stdout": subprocess.DEVNULL, "check": False}
        subprocess.run(["apt-get", "update", "-qq"], **quiet)
        done = subprocess.run(["apt-get", "install", "-y", "-qq", "chromium"], **quiet)
        if done.returncode == 0 and system_browser():
            return
    print("Downloading Playwright's Chromium, once")
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=True)


if __name__ == "__main__" and "--install" in sys.argv:
    install()
