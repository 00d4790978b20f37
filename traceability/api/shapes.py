"""The documented shapes of lots as JSON. Masses and shares are decimals as text."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

Shape = serializers.Serializer


class LotShape(Shape[Any]):
    lot = serializers.CharField()
    mineral = serializers.CharField()
    material = serializers.CharField()
    hs_code = serializers.CharField(help_text="HS 2022")
    custody_model = serializers.CharField()
    public = serializers.BooleanField(help_text="whether readers who are not signed in see it")


class FindingShape(Shape[Any]):
    code = serializers.CharField()
    severity = serializers.ChoiceField(["violation", "warning"])
    event_id = serializers.CharField()
    lot_id = serializers.CharField()
    message = serializers.CharField()
    state = serializers.ChoiceField(["open", "acknowledged", "dismissed", "resolved"])


class LotDetailShape(LotShape):
    findings = FindingShape(many=True)


class OriginShape(Shape[Any]):
    facility = serializers.CharField(allow_null=True, help_text="null: unknown origin")
    country = serializers.CharField(allow_null=True)
    share = serializers.CharField(help_text="of the element's mass, or of dry mass; they sum to exactly 1")


class TracedLotShape(Shape[Any]):
    lot = serializers.CharField()
    material = serializers.CharField()
    mineral = serializers.CharField()
    kg = serializers.CharField(help_text="birth mass, dry")
    country = serializers.CharField(help_text="of the facility of birth")
    share = serializers.CharField(required=False, help_text="down only: what of its element came from the asked lot")


class TraceShape(Shape[Any]):
    lot = serializers.CharField()
    element = serializers.CharField(allow_null=True, help_text="null: dry mass")
    origins = OriginShape(many=True, required=False, help_text="up only")
    lots = TracedLotShape(many=True)
    events = serializers.ListField(child=serializers.CharField(), help_text="the births of these lots")
    findings = serializers.ListField(child=serializers.CharField(), help_text="codes open on them, each once")
    depth = serializers.IntegerField(help_text="the longest chain of births that have inputs")


class HeldLotShape(Shape[Any]):
    lot = serializers.CharField()
    holder = serializers.CharField()
    country = serializers.CharField()
    kg = serializers.CharField(help_text="dry balance")
    share = serializers.CharField(help_text="of dry mass that came through lots the measure covers")


class ExposureShape(Shape[Any]):
    lots = HeldLotShape(many=True)
    total_kg = serializers.CharField()
    countries = serializers.DictField(child=serializers.CharField(), help_text="kg by the country where it lies")
