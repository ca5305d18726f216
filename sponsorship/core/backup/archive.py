"""The file that a backup is: a tar with a manifest, a copy of the database, the spool, and the installation's name."""

import io
import json
import tarfile
from dataclasses import asdict, dataclass
from pathlib import Path

from sponsorship.core.errors import BackupUnusable

FORMAT = 1
MANIFEST, SQLITE, POSTGRESQL = "manifest.json", "database.sqlite3", "database.dump"
SPOOL, DEPLOYMENT = "spool/", "deployment"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds: `dialect` is "sqlite" or "postgresql", `tables` counts the rows of each, `made_at` is ISO 8601."""

    made_at: str
    dialect: str
    revision: str
    tables: dict[str, int]
    spool_files: int
    format: int = FORMAT

    @property
    def database(self) -> str:
        """The name of the database's copy in the file."""
        return SQLITE if self.dialect == "sqlite" else POSTGRESQL


def read_manifest(path: Path) -> Manifest:
    """Read what a backup says of itself; raises BackupUnusable where the file is none, or is from a later Flatplan."""
    try:
        with tarfile.open(path) as tar:
            held = tar.extractfile(MANIFEST)
            words = json.loads(held.read()) if held else {}
        if words.get("format") != FORMAT:
            raise BackupUnusable(f"{path.name} has a form that this Flatplan does not know: a later one made it.")
        return Manifest(**words)
    except FileNotFoundError:
        raise BackupUnusable(f"There is no file {path}.") from None
    except (tarfile.TarError, KeyError, ValueError, TypeError, EOFError, OSError) as error:
        raise BackupUnusable(f"{path.name} is not a backup of Flatplan's, or was cut short: {error}.") from None


def write_archive(target: Path, manifest: Manifest, database: Path, spool: Path, deployment: str) -> None:
    """Write the file whole under another name first: who sees `target` sees all of it."""
    draft = target.with_name(f".{target.name}.part")
    try:
        with tarfile.open(draft, "w:gz", compresslevel=1) as tar:
            _add_text(tar, MANIFEST, json.dumps(asdict(manifest), indent=1))
            tar.add(database, manifest.database)
            for file in sorted(spool.iterdir()):
                tar.add(file, SPOOL + file.name)
            _add_text(tar, DEPLOYMENT, deployment)
        draft.chmod(0o600)
        draft.rename(target)
    finally:
        draft.unlink(missing_ok=True)


def _add_text(tar: tarfile.TarFile, name: str, text: str) -> None:
    entry = tarfile.TarInfo(name)
    content = text.encode()
    entry.size, entry.mode = len(content), 0o600
    tar.addfile(entry, io.BytesIO(content))


def unpack(path: Path, folder: Path) -> Manifest:
    """Lay a backup's parts out in a folder and return its manifest; raises BackupUnusable where it is damaged."""
    manifest = read_manifest(path)
    try:
        with tarfile.open(path) as tar:
            tar.extractall(folder, filter="data")
    except (tarfile.TarError, EOFError, OSError) as error:
        raise BackupUnusable(f"{path.name} is damaged: {error}.") from None
    return manifest
