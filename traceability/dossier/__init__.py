"""The auditor's dossier: a lot with all that it was made of, in files that prove themselves."""
