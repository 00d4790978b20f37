"""What facts and instruments rest on."""

from __future__ import annotations

from django.db import models


class Source(models.Model):
    """A section or endnote of a paper, a gazette, a news entry. Dates are as printed, no finer."""

    key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=20, default="document")
    title = models.CharField(max_length=500)
    publisher = models.CharField(max_length=200, blank=True)
    url = models.URLField(max_length=1000, blank=True)
    date = models.CharField(max_length=10, blank=True, help_text="YYYY, YYYY-MM or YYYY-MM-DD")
    section = models.CharField(max_length=40, blank=True)
    endnote = models.PositiveIntegerField(null=True, blank=True)
    printed = models.TextField(blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    retrieved_at = models.DateTimeField(null=True, blank=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering = ["key"]

    def __str__(self) -> str:
        return self.title
