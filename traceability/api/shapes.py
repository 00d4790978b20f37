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


class LotShareShape(Shape[Any]):
    country = serializers.CharField(allow_null=True, help_text="null: unknown origin, or a scheme")
    scheme = serializers.CharField(allow_null=True)
    physical = serializers.CharField(allow_null=True, help_text="by the trace; null: a scheme is not followed")
    claimed = serializers.CharField(help_text="by the accounts of its site; of stricter models the physical share")


class LotClaimShape(Shape[Any]):
    claim = serializers.CharField()
    credit = serializers.CharField()
    facility = serializers.CharField()
    country = serializers.CharField(allow_null=True)
    scheme = serializers.CharField(allow_null=True)
    period_from = serializers.DateField()
    period_until = serializers.DateField()
    factor = serializers.CharField(help_text="output for each kilogram of input")
    factor_source = serializers.CharField()
    kg = serializers.CharField(allow_null=True, help_text="null: masked")
    covered = serializers.CharField(help_text="the part of it that still rests on what was booked in; 1 is all")


class LotClaimsShape(Shape[Any]):
    lot = serializers.CharField()
    element = serializers.CharField(allow_null=True, help_text="null: dry mass")
    custody_model = serializers.CharField()
    shares = LotShareShape(many=True)
    claims = LotClaimShape(many=True)


class CreditClaimShape(Shape[Any]):
    claim = serializers.CharField()
    lot = serializers.CharField()
    kg = serializers.CharField()


class CreditShape(Shape[Any]):
    credit = serializers.CharField()
    kind = serializers.ChoiceField(["receipt", "certificate"])
    lot = serializers.CharField(allow_null=True, help_text="it was booked from; null: a certificate alone")
    certificate = serializers.CharField(allow_null=True)
    country = serializers.CharField(allow_null=True)
    scheme = serializers.CharField(allow_null=True)
    element = serializers.CharField(allow_null=True, help_text="null: dry mass")
    period_from = serializers.DateField()
    period_until = serializers.DateField()
    usable_until = serializers.DateField()
    kg = serializers.CharField(help_text="booked in")
    factor = serializers.CharField()
    factor_source = serializers.CharField()
    usable_kg = serializers.CharField(help_text="booked × factor, rounded down to the milligram")
    used_kg = serializers.CharField()
    left_kg = serializers.CharField()
    expired_kg = serializers.CharField()
    uncovered_kg = serializers.CharField(help_text="of what was booked, what does not arrive any more by the reports")
    claims = CreditClaimShape(many=True)


class SiteCreditsShape(Shape[Any]):
    facility = serializers.CharField()
    credits = CreditShape(many=True)


class BookShape(Shape[Any]):
    lot = serializers.CharField(required=False, help_text="that was received here; absent: a certificate alone")
    country = serializers.CharField(required=False, help_text="that it is from; or the scheme it meets")
    scheme = serializers.CharField(required=False)
    certificate = serializers.CharField(required=False, help_text="its number; a scheme and book and claim need one")
    element = serializers.CharField(required=False, help_text="a symbol such as Nd; absent: dry mass")
    kg = serializers.CharField(help_text="of the element, not of the goods")
    period_from = serializers.DateField()
    period_until = serializers.DateField()
    usable_until = serializers.DateField(required=False, help_text="absent: the last day of the period")
    factor = serializers.CharField(help_text="output for each kilogram of input")
    factor_source = serializers.CharField()


class AssignShape(Shape[Any]):
    lot = serializers.CharField(help_text="that was made here")
    kg = serializers.CharField()


class WithdrawShape(Shape[Any]):
    reason = serializers.CharField(help_text="the log keeps it")


class WithdrawnShape(Shape[Any]):
    withdrawn = serializers.CharField(help_text="the id of the claim or credit")
    log_entry = serializers.IntegerField()


class DependentLotShape(Shape[Any]):
    lot = serializers.CharField()
    material = serializers.CharField()
    holder = serializers.CharField()
    holder_country = serializers.CharField(allow_null=True)
    country = serializers.CharField(allow_null=True, help_text="where it lies")
    kg = serializers.CharField(help_text="dry balance")
    element_kg = serializers.CharField(allow_null=True, help_text="of it the element; null: not asked for, or no assay")
    origin = serializers.CharField(help_text="share that was won in the country")
    processed = serializers.CharField(help_text="share that passed through a transform there")
    either = serializers.CharField(help_text="share that did one or both; the two before are not added up")


class HolderCountryShape(Shape[Any]):
    lots = serializers.IntegerField()
    kg = serializers.CharField()
    origin_kg = serializers.CharField()
    processed_kg = serializers.CharField()
    either_kg = serializers.CharField()


class DependenceShape(Shape[Any]):
    country = serializers.CharField()
    element = serializers.CharField(allow_null=True)
    lots = DependentLotShape(many=True)
    holders = serializers.DictField(child=HolderCountryShape(), help_text="sums by the country of the holder")
