"""What a trace tells of a lot is one row; edges of the lot graph are rows; metals and excesses are no rows any more."""

from decimal import Decimal
from itertools import groupby
from operator import itemgetter

import django.db.models.deletion
from django.db import migrations, models

import traceability.models.fields
from traceability.domain.mass import KG_PER_UNIT
from traceability.domain.pairs import pairs_text

_NAMES = """
UPDATE traceability_lotstate SET
  lot_name = (SELECT lot.lot_id FROM traceability_lot lot WHERE lot.id = traceability_lotstate.lot_id),
  mineral_code = (SELECT lot.mineral_id FROM traceability_lot lot WHERE lot.id = traceability_lotstate.lot_id),
  material = (SELECT lot.material FROM traceability_lot lot WHERE lot.id = traceability_lotstate.lot_id),
  born_in_name = (SELECT born.event_id FROM traceability_event born WHERE born.id = traceability_lotstate.born_in_id),
  born_at_id = (SELECT born.facility_id FROM traceability_event born WHERE born.id = traceability_lotstate.born_in_id)"""


def fill(apps, schema_editor):
    """The same facts in their new places."""
    state, metal, excess, line, feed = (
        apps.get_model("traceability", name) for name in ("LotState", "LotMetal", "Excess", "EventLine", "Feed")
    )
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(_NAMES)
    metals = metal.objects.order_by("lot_id").values_list("lot_id", "element", "per_kg").iterator()
    for lot, rows in groupby(metals, key=itemgetter(0)):
        state.objects.filter(lot=lot).update(metals=pairs_text({element: per_kg for _lot, element, per_kg in rows}))
    excesses = excess.objects.order_by("event_id").values_list("event_id", "element", "share").iterator()
    for event, rows in groupby(excesses, key=itemgetter(0)):
        text = pairs_text({element: share for _event, element, share in rows})
        state.objects.filter(born_in=event).update(excess=text)
    columns = ("event_id", "lot_id", "lot__state__born_in", "lot__state__dry_part", "quantity", "unit", "basis")
    lines = line.objects.filter(side=-1, event__corrected_by=None, lot__state__isnull=False)
    edges = lines.order_by("event_id", "lot_id").values_list(*columns).iterator()
    feeds = []
    for (event, lot, source), rows in groupby(edges, key=itemgetter(0, 1, 2)):
        kg = sum((kg * KG_PER_UNIT[unit] * (dry if basis == "wet" else 1) for *_, dry, kg, unit, basis in rows), Decimal())
        feeds.append(feed(event_id=event, source_id=source, lot_id=lot, dry_kg=kg))
    feed.objects.bulk_create(feeds, batch_size=2_000)
    if schema_editor.connection.vendor == "postgresql":
        # What was changed is checked now: a table with checks to come cannot be altered.
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class Migration(migrations.Migration):

    dependencies = [
        ('registry', '0007_facts_as_known'),
        ('traceability', '0007_claims'),
    ]

    operations = [
        migrations.AddField(
            model_name='lotstate',
            name='born_at',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.facility'),
        ),
        migrations.AddField(
            model_name='lotstate',
            name='born_in_name',
            field=models.CharField(default='', max_length=100),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='lotstate',
            name='excess',
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name='lotstate',
            name='lot_name',
            field=models.CharField(default='', max_length=100),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='lotstate',
            name='material',
            field=models.CharField(choices=[('ore', 'Ore'), ('concentrate', 'Concentrate'), ('mixed_compound', 'Mixed compound'), ('separated_oxide', 'Separated oxide'), ('refined', 'Refined'), ('metal', 'Metal'), ('alloy', 'Alloy'), ('magnet', 'Magnet'), ('component', 'Component'), ('residue', 'Residue'), ('scrap', 'Scrap')], default='', max_length=20),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='lotstate',
            name='metals',
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name='lotstate',
            name='mineral_code',
            field=models.CharField(default='', max_length=20),
            preserve_default=False,
        ),
        migrations.CreateModel(
            name='Feed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('dry_kg', traceability.models.fields.ExactDecimalField()),
                ('event', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='feeds', to='traceability.event')),
                ('lot', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='feeds', to='traceability.lot')),
                ('source', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='feeds_into', to='traceability.event')),
            ],
        ),
        migrations.AddIndex(
            model_name='feed',
            index=models.Index(fields=['source', 'lot', 'event'], name='traceability_feed_down'),
        ),
        migrations.AddConstraint(
            model_name='feed',
            constraint=models.UniqueConstraint(fields=('event', 'source', 'lot'), name='traceability_feed_once'),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AlterField(
            model_name='lotstate',
            name='born_at',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.facility'),
        ),
        migrations.AlterField(
            model_name='lotstate',
            name='born_in',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='born_lots', to='traceability.event'),
        ),
        migrations.AlterField(
            model_name='lotstate',
            name='holder',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='held_lots', to='registry.party'),
        ),
        migrations.AlterField(
            model_name='lotstate',
            name='lot',
            field=traceability.models.fields.RowKeyField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='state', serialize=False, to='traceability.lot'),
        ),
        migrations.AlterField(
            model_name='lotstate',
            name='place',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='held_lots', to='registry.facility'),
        ),
        migrations.DeleteModel(
            name='Excess',
        ),
        migrations.DeleteModel(
            name='LotMetal',
        ),
    ]
