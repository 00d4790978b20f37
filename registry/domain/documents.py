"""What a file is by its content, whatever its name says."""

from __future__ import annotations

#: Kinds of files that are kept: media type, endings of names, words for people.
_KINDS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("application/pdf", (".pdf",), "a PDF"),
    ("image/png", (".png",), "a PNG picture"),
    ("image/jpeg", (".jpg", ".jpeg"), "a JPEG picture"),
    (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        (".docx",),
        "a Word document",
    ),
    ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", (".xlsx",), "an Excel workbook"),
    ("text/plain", (".txt",), "plain text"),
)
ENDINGS = tuple(ending for _type, endings, _words in _KINDS for ending in endings)
#: Largest file kept, in bytes.
LARGEST = 25_000_000
_STARTS = {b"%PDF-": "application/pdf", b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
_INSIDE = {b"word/document.xml": 3, b"xl/workbook.xml": 4}


def media_type(name: str, content: bytes) -> str:
    """The media type of a file whose name and content agree; ValueError with a sentence where they do not."""
    if not content:
        raise ValueError("The file is empty: choose it again.")
    if len(content) > LARGEST:
        raise ValueError(f"The file has {len(content) // 1_000_000} MB; the largest kept is {LARGEST // 1_000_000} MB.")
    told = _told_by(name)
    if told is None:
        raise ValueError(f"Files of this kind are not kept: choose one ending in {', '.join(ENDINGS)}.")
    found = _found_in(content)
    if found != told[0]:
        inside = next((words for kind, _endings, words in _KINDS if kind == found), "something else")
        raise ValueError(
            f"By its name the file is {told[2]}, but its content is {inside}: check that it is the right one."
        )
    return found


def _told_by(name: str) -> tuple[str, tuple[str, ...], str] | None:
    return next((kind for kind in _KINDS if name.lower().endswith(kind[1])), None)


def _found_in(content: bytes) -> str:
    for start, kind in _STARTS.items():
        if content.startswith(start):
            return kind
    if content.startswith(b"PK\x03\x04"):
        return next((_KINDS[number][0] for inside, number in _INSIDE.items() if inside in content), "application/zip")
    return "text/plain" if _is_text(content) else ""


def _is_text(content: bytes) -> bool:
    if b"\x00" in content or content.lstrip()[:1] == b"<":
        return False
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True
