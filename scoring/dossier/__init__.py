"""The dossier of a score: its gates with all that they rest on, in files that prove themselves."""
