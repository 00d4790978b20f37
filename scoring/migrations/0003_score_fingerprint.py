"""Scores carry the fingerprint of their gates and evidence."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.db import migrations, models


def fill(apps: Any, schema_editor: Any) -> None:
    for score in apps.get_model("scoring", "Score").objects.all():
        text = json.dumps([score.gates, score.evidence], sort_keys=True, separators=(",", ":"))
        score.sha256 = hashlib.sha256(text.encode()).hexdigest()
        score.save(update_fields=["sha256"])


class Migration(migrations.Migration):
    dependencies = [("scoring", "0002_methodology_beside")]
    operations = [
        migrations.AddField("score", "sha256", models.CharField(default="", max_length=64), preserve_default=False),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AlterField(
            "score",
            "sha256",
            models.CharField(
                max_length=64, help_text="of gates and evidence: what a run compares and the log keeps"
            ),
        ),
    ]
