"""How much room is left where Nitro writes."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

FULL_PERCENT = 2


@dataclass(frozen=True)
class Disk:
    """A file system of this machine, by a folder on it."""

    path: str
    free_percent: float

    @property
    def is_low(self) -> bool:
        """Whether somebody must make room soon."""
        return self.free_percent < settings.DISK_LOW_PERCENT

    @property
    def is_full(self) -> bool:
        """Whether what is written next may fail."""
        return self.is_low and self.free_percent < FULL_PERCENT


def list_disks() -> list[Disk]:
    """Return the file systems of the machine and of settings.FILES_ROOT, each once."""
    devices: dict[int, Disk] = {}
    for path in (Path("/"), _existing(Path(settings.FILES_ROOT))):
        usage = shutil.disk_usage(path)
        disk = Disk(str(path), 100 * usage.free / usage.total if usage.total else 100.0)
        devices.setdefault(os.stat(path).st_dev, disk)
    return list(devices.values())


def _existing(path: Path) -> Path:
    """Return the path or the nearest folder above it that exists: the first file makes the rest."""
    return next(folder for folder in (path, *path.parents) if folder.exists())
