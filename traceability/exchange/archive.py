"""A ZIP of CSV files, or several CSV files, laid into a folder that can be imported; never more than was announced."""

from __future__ import annotations

import shutil
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from traceability.exceptions import CannotRead

#: What a ZIP may unpack to, and how many times its own size; more is a bomb, or no list of lots.
LARGEST_UNPACKED = 1_000_000_000
MOST_PACKED = 200
MOST_MEMBERS = 200
_PIECE = 1 << 20
_SMALL = 10_000


def unpack(archive: Path, folder: Path) -> None:
    """The CSV files of a ZIP, all from one folder of it, into ``folder``. Raises CannotRead; no name in the ZIP can
    make anything be written elsewhere."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with zipfile.ZipFile(archive) as packed:
            members = _members(packed)
            limit = min(LARGEST_UNPACKED, MOST_PACKED * max(archive.stat().st_size, _SMALL))
            for name, info in members:
                with packed.open(info) as source:
                    limit -= _copy(source, folder / name, limit)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise CannotRead(f"The ZIP cannot be read; it is damaged, cut off or encrypted ({error}).") from error


def lay_out(files: Iterable[tuple[str, IO[bytes]]], folder: Path) -> None:
    """Several CSV files into ``folder`` under their own names."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, source in files:
        plain = PurePosixPath(name.replace("\\", "/")).name
        with (folder / plain).open("wb") as target:
            shutil.copyfileobj(source, target, _PIECE)


def _members(packed: zipfile.ZipFile) -> list[tuple[str, zipfile.ZipInfo]]:
    infos = packed.infolist()
    if len(infos) > MOST_MEMBERS:
        raise CannotRead(f"The ZIP holds {len(infos)} files; an import has six.")
    found = list(_csv_files(infos))
    folders = {path.parent for path, _ in found}
    if len(folders) > 1:
        raise CannotRead("The CSV files of the ZIP lie in several folders; put the six files of one import together.")
    if not found:
        raise CannotRead("The ZIP holds no CSV file. It should hold parties.csv, facilities.csv, lots.csv and so on.")
    names = [path.name for path, _ in found]
    if len(set(names)) < len(names):
        raise CannotRead("The ZIP holds two files of one name.")
    return [(path.name, info) for path, info in found]


def _csv_files(infos: Iterable[zipfile.ZipInfo]) -> Iterator[tuple[PurePosixPath, zipfile.ZipInfo]]:
    for info in infos:
        path = PurePosixPath(info.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or ":" in info.filename:
            raise CannotRead(f"The ZIP names a file outside itself ({info.filename[:80]!r}); it is not read.")
        hidden = any(part.startswith((".", "__MACOSX")) for part in path.parts)
        if not info.is_dir() and path.suffix.lower() == ".csv" and not hidden:
            yield path, info


def _copy(source: IO[bytes], target: Path, limit: int) -> int:
    """Unpack one file; what it says of its own size is not believed."""
    written = 0
    with target.open("wb") as file:
        while piece := source.read(_PIECE):
            written += len(piece)
            if written > limit:
                raise CannotRead("The ZIP unpacks to far more than it should hold; it is not read.")
            file.write(piece)
    return written
