"""The documented shapes of scores as JSON."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

Shape = serializers.Serializer
_LEVEL = "1 to 5; null where the facts do not decide"


class LevelsShape(Shape[Any]):
    access = serializers.IntegerField(allow_null=True)
    capability = serializers.IntegerField(allow_null=True)
    governance = serializers.IntegerField(allow_null=True)


class CardRowShape(LevelsShape):
    country = serializers.CharField(help_text="ISO 3166-1 alpha-2")
    overall = serializers.CharField(allow_null=True, help_text="mean of the three, two decimals as text")
    rank = serializers.IntegerField(allow_null=True, help_text="ties share one and the next is skipped")
    low = LevelsShape(help_text="the least each level can be")
    high = LevelsShape(help_text="the most each level can be")


class ScorecardShape(Shape[Any]):
    methodology = serializers.CharField()
    on = serializers.DateField()
    as_of = serializers.DateTimeField()
    backcast = serializers.BooleanField(help_text="true where the rules were not in use on that day")
    countries = CardRowShape(many=True)


class GateShape(Shape[Any]):
    gate = serializers.CharField()
    level = serializers.IntegerField(allow_null=True)
    mineral = serializers.CharField(allow_null=True)
    state = serializers.ChoiceField(["pass", "fail", "unknown"])
    rule = serializers.CharField()
    because = serializers.CharField()
    facts = serializers.ListField(child=serializers.DictField(), help_text="what counts, each with its source")
    not_counted = serializers.ListField(child=serializers.DictField(), help_text="what does not, with the reason")
    missing = serializers.ListField(child=serializers.CharField(), help_text="facts that would decide")
    parts = serializers.ListField(child=serializers.DictField(), help_text="gates within this one, of the same shape")


class MineralLevelShape(Shape[Any]):
    mineral = serializers.CharField()
    level = serializers.IntegerField(allow_null=True, help_text=_LEVEL)
    low = serializers.IntegerField()
    high = serializers.IntegerField()


class MineralScoreShape(MineralLevelShape):
    country = serializers.CharField(help_text="ISO 3166-1 alpha-2")
    domain = serializers.ChoiceField(["access", "capability"])
    because = serializers.CharField()
    gates = serializers.ListField(
        child=serializers.DictField(), help_text="the same gates, with the ids of their facts"
    )


class ByMineralShape(Shape[Any]):
    methodology = serializers.CharField()
    on = serializers.DateField()
    as_of = serializers.DateTimeField()
    backcast = serializers.BooleanField()
    scores = MineralScoreShape(many=True)


class ExplanationShape(Shape[Any]):
    country = serializers.CharField()
    domain = serializers.ChoiceField(["access", "capability", "governance"])
    on = serializers.DateField()
    as_of = serializers.DateTimeField()
    methodology = serializers.CharField()
    backcast = serializers.BooleanField()
    level = serializers.IntegerField(allow_null=True, help_text=_LEVEL)
    low = serializers.IntegerField(allow_null=True)
    high = serializers.IntegerField(allow_null=True)
    entry = serializers.IntegerField(allow_null=True, help_text="the log entry that recorded it; null for another day")
    next = serializers.DictField(allow_null=True, help_text="what the next level up needs; null at the top")
    minerals = MineralLevelShape(many=True, help_text="each mineral alone, where the rules name minerals")
    gates = GateShape(many=True)


class ChangeShape(Shape[Any]):
    id = serializers.CharField()
    recorded_at = serializers.DateTimeField()
    entry = serializers.IntegerField(help_text="the log entry that recorded it")
    on = serializers.DateField()
    country = serializers.CharField()
    domain = serializers.CharField(allow_blank=True)
    is_moved = serializers.BooleanField(help_text="false where no level changed")
    old = serializers.DictField(allow_null=True)
    new = serializers.DictField(allow_null=True)
    cause = serializers.ChoiceField(["fact", "correction", "method"])
    sentence = serializers.CharField()
    gates = serializers.ListField(child=serializers.DictField())
    facts = serializers.ListField(child=serializers.CharField())
    instrument = serializers.CharField(allow_blank=True)


class ChangesShape(Shape[Any]):
    results = ChangeShape(many=True)
