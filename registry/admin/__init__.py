"""The register at the officers' desk, one file a subject."""

from registry.admin import enforcement, facts, feeds, flags, instruments, people, sources, vocabularies

__all__ = ["enforcement", "facts", "feeds", "flags", "instruments", "people", "sources", "vocabularies"]
