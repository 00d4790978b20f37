"""The register at the officers' desk, one file a subject."""

from registry.admin import facts, feeds, flags, instruments, people, sources, vocabularies

__all__ = ["facts", "feeds", "flags", "instruments", "people", "sources", "vocabularies"]
