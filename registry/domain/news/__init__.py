"""Reads news for policy changes on critical minerals: pure rules over word lists, every contribution kept."""

from __future__ import annotations

from registry.domain.news.classify import RULES_VERSION, classify
from registry.domain.news.items import Classification, NewsItem, Reason

__all__ = ["RULES_VERSION", "Classification", "NewsItem", "Reason", "classify"]
