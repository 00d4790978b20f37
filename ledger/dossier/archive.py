"""The ZIP of a dossier: whole or not there, its members in a fixed order."""

from __future__ import annotations

import datetime as dt
import errno
import os
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

#: Members are readable by all when unpacked.
_MODE = 0o100644 << 16
_FOLDER = 0o40755 << 16


def write_archive(path: Path, files: Mapping[str, bytes], *, at: dt.datetime) -> None:
    """Write the files as a ZIP beside ``path`` and then move it there. Raises OSError where that is not possible."""
    if path.exists() and not path.is_file():
        raise FileExistsError(errno.EEXIST, "what stands there is no file that could be replaced", str(path))
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            _add(archive, "documents/", b"", at, _FOLDER)
            for member, content in files.items():
                _add(archive, member, content, at, _MODE)
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def _add(archive: zipfile.ZipFile, member: str, content: bytes, at: dt.datetime, mode: int) -> None:
    info = zipfile.ZipInfo(member, date_time=at.astimezone(dt.UTC).timetuple()[:6])
    info.external_attr, info.compress_type = mode, zipfile.ZIP_DEFLATED
    archive.writestr(info, content)
