# What is subscribed to grows from score changes by mail to topics, ways and digests; deliveries are made anew.

import hashlib
import json

import alerts.models.ids
import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def drop_jobs(apps, schema_editor):
    apps.get_model("jobs", "Job").objects.filter(kind__in=["alerts.deliver", "alerts.fan_out"]).delete()


def give_endpoints(apps, schema_editor):
    """Each reader so far is reached by mail, and asked for score changes."""
    Endpoint, Subscription = apps.get_model("alerts", "Endpoint"), apps.get_model("alerts", "Subscription")
    for subscription in Subscription.objects.all():
        endpoint, _ = Endpoint.objects.get_or_create(contact_id=subscription.contact_id, way="mail", url="")
        names = ("country", "domain", "mineral", "measure", "status", "least")
        values = {"topic": "changes", "lots": [], **{name: getattr(subscription, name) for name in names}}
        subscription.scope = hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()
        subscription.endpoint = endpoint
        subscription.save()


class Migration(migrations.Migration):

    # each step by itself: PostgreSQL alters no table with rows changed in the same transaction
    atomic = False

    dependencies = [
        ("alerts", "0001_initial"),
        ("jobs", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        # What was sent before stays in the log; this table keeps no history of it.
        migrations.RunPython(drop_jobs, migrations.RunPython.noop),
        migrations.DeleteModel(name='Delivery'),
        migrations.RemoveConstraint(model_name='subscription', name='alerts_subscription_once'),
        migrations.RemoveIndex(model_name='subscription', name='alerts_subscription_scope'),
        migrations.AlterField(
            model_name='contact',
            name='email',
            field=models.EmailField(blank=True, max_length=254, null=True, unique=True),
        ),
        migrations.AddField(
            model_name='contact',
            name='language',
            field=models.CharField(default='en', max_length=5),
        ),
        migrations.AddField(
            model_name='contact',
            name='time_zone',
            field=models.CharField(choices=[('UTC', 'UTC'), ('Asia/Bangkok', 'Bangkok, Hanoi, Phnom Penh, Vientiane'), ('Asia/Jakarta', 'Jakarta'), ('Asia/Makassar', 'Makassar'), ('Asia/Jayapura', 'Jayapura'), ('Asia/Singapore', 'Singapore, Kuala Lumpur'), ('Asia/Manila', 'Manila'), ('Asia/Yangon', 'Yangon'), ('Asia/Dili', 'Dili'), ('Asia/Brunei', 'Bandar Seri Begawan'), ('Asia/Tokyo', 'Tokyo'), ('Australia/Sydney', 'Sydney'), ('Europe/Brussels', 'Brussels, Paris, Berlin'), ('Europe/London', 'London'), ('America/New_York', 'New York, Washington')], default='UTC', max_length=40),
        ),
        migrations.AddField(
            model_name='contact',
            name='person',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='alerts_contact', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='contact',
            name='contact_id',
            field=models.CharField(default=alerts.models.ids.new_contact_id, max_length=20, unique=True),
        ),
        migrations.AddConstraint(
            model_name='contact',
            constraint=models.CheckConstraint(condition=models.Q(('email__isnull', False), ('person__isnull', False), _connector='OR'), name='alerts_contact_is_somebody'),
        ),
        migrations.CreateModel(
            name='Bulletin',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('bulletin_id', models.CharField(default=alerts.models.ids.new_bulletin_id, max_length=20, unique=True)),
                ('thread', models.CharField(max_length=160)),
                ('items', models.JSONField(default=list)),
                ('happened_at', models.DateTimeField()),
                ('settled_at', models.DateTimeField()),
                ('fanned_at', models.DateTimeField(blank=True, null=True)),
                ('readers', models.PositiveIntegerField(default=0)),
            ],
            options={
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='Endpoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('endpoint_id', models.CharField(default=alerts.models.ids.new_endpoint_id, max_length=20, unique=True)),
                ('way', models.CharField(choices=[('mail', 'Mail'), ('webhook', 'Webhook'), ('portal', 'Portal')], max_length=10)),
                ('url', models.CharField(blank=True, max_length=1000)),
                ('secrets', models.JSONField(blank=True, default=list)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('disabled_at', models.DateTimeField(blank=True, null=True)),
                ('disabled_reason', models.CharField(blank=True, max_length=500)),
                ('contact', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='endpoints', to='alerts.contact')),
            ],
        ),
        migrations.CreateModel(
            name='MailedCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code_hash', models.CharField(max_length=64)),
                ('sent_at', models.DateTimeField()),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('used_at', models.DateTimeField(blank=True, null=True)),
                ('contact', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='codes', to='alerts.contact')),
            ],
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=12)),
                ('key', models.CharField(max_length=200, unique=True)),
                ('thread', models.CharField(max_length=160)),
                ('payload', models.JSONField(default=dict)),
                ('noted_at', models.DateTimeField()),
                ('bulletin', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='alerts.bulletin')),
            ],
        ),
        migrations.AddConstraint(
            model_name='endpoint',
            constraint=models.UniqueConstraint(fields=('contact', 'way', 'url'), name='alerts_endpoint_once'),
        ),
        migrations.AddConstraint(
            model_name='endpoint',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('way', 'webhook'), models.Q(('url', ''), _negated=True)), models.Q(models.Q(('way', 'webhook'), _negated=True), ('url', '')), _connector='OR'), name='alerts_only_webhooks_have_a_url'),
        ),
        migrations.AddIndex(
            model_name='mailedcode',
            index=models.Index(fields=['contact', '-sent_at'], name='alerts_code_newest'),
        ),
        migrations.AddIndex(
            model_name='notice',
            index=models.Index(condition=models.Q(('bulletin', None)), fields=['thread', 'id'], name='alerts_notice_open'),
        ),
        migrations.AlterField(
            model_name='subscription',
            name='subscription_id',
            field=models.CharField(default=alerts.models.ids.new_subscription_id, max_length=20, unique=True),
        ),
        migrations.AddField(
            model_name='subscription',
            name='topic',
            field=models.CharField(choices=[('changes', 'Scores and instruments'), ('scores', 'Scores'), ('instruments', 'Instruments and measures'), ('lots', 'Lots and findings'), ('flags', 'Flags of the feeds')], default='changes', max_length=12),
        ),
        migrations.AddField(
            model_name='subscription',
            name='mineral',
            field=models.CharField(blank=True, max_length=20, default=''),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='subscription',
            name='measure',
            field=models.CharField(blank=True, max_length=40, default=''),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='subscription',
            name='status',
            field=models.CharField(blank=True, max_length=20, default=''),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='subscription',
            name='least',
            field=models.PositiveSmallIntegerField(default=0, validators=[django.core.validators.MaxValueValidator(4)]),
        ),
        migrations.AddField(
            model_name='subscription',
            name='lots',
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name='subscription',
            name='cadence',
            field=models.CharField(choices=[('instant', 'At once'), ('daily', 'Once a day, at 7 in the morning'), ('weekly', 'Once a week, on Monday at 7 in the morning')], default='instant', max_length=8),
        ),
        migrations.AddField(
            model_name='subscription',
            name='scope',
            field=models.CharField(editable=False, max_length=64, default=''),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='subscription',
            name='endpoint',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='subscriptions', to='alerts.endpoint', null=True),
        ),
        migrations.RunPython(give_endpoints, migrations.RunPython.noop),
        migrations.AlterField(
            model_name='subscription',
            name='endpoint',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='subscriptions', to='alerts.endpoint'),
        ),
        migrations.AddIndex(
            model_name='subscription',
            index=models.Index(condition=models.Q(('confirmed_at__isnull', False), ('stopped_at', None)), fields=['topic', 'country', 'id'], name='alerts_subscription_live'),
        ),
        migrations.AddConstraint(
            model_name='subscription',
            constraint=models.UniqueConstraint(fields=('endpoint', 'scope'), name='alerts_subscription_once'),
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('delivery_id', models.CharField(default=alerts.models.ids.new_delivery_id, max_length=20, unique=True)),
                ('key', models.CharField(max_length=40)),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('sent', 'Sent'), ('dead', 'Given up'), ('dropped', 'Not wanted any more')], default='waiting', max_length=8)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('due_at', models.DateTimeField()),
                ('lease', models.UUIDField(blank=True, null=True)),
                ('handing_at', models.DateTimeField(blank=True, null=True)),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('repeats', models.PositiveIntegerField(default=0)),
                ('last_error', models.CharField(blank=True, max_length=500)),
                ('sent_at', models.DateTimeField(blank=True, null=True)),
                ('read_at', models.DateTimeField(blank=True, null=True)),
                ('bulletin', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='alerts.bulletin')),
            ],
            options={
                'verbose_name_plural': 'deliveries',
                'ordering': ['-pk'],
            },
        ),
        migrations.AddField(
            model_name='delivery',
            name='endpoint',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='alerts.endpoint'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('state', 'waiting')), fields=['due_at'], name='alerts_delivery_due'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('lease__isnull', False), ('state', 'waiting')), fields=['lease'], name='alerts_delivery_leased'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.UniqueConstraint(fields=('key', 'endpoint'), name='alerts_told_once'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('sent_at__isnull', False), ('state', 'sent')), models.Q(models.Q(('state', 'sent'), _negated=True), ('sent_at', None)), _connector='OR'), name='alerts_sent_with_its_time'),
        ),
        migrations.CreateModel(
            name='Attempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('outcome', models.CharField(max_length=10)),
                ('detail', models.CharField(max_length=500)),
                ('delivery', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='log', to='alerts.delivery')),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='Match',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('items', models.JSONField(default=list)),
                ('touched', models.JSONField(default=list)),
                ('created_at', models.DateTimeField()),
                ('bulletin', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='matches', to='alerts.bulletin')),
                ('delivery', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='matches', to='alerts.delivery')),
                ('endpoint', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='matches', to='alerts.endpoint')),
                ('subscription', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='matches', to='alerts.subscription')),
            ],
            options={
                'verbose_name_plural': 'matches',
            },
        ),
        migrations.AddIndex(
            model_name='match',
            index=models.Index(condition=models.Q(('delivery', None)), fields=['endpoint', 'created_at'], name='alerts_match_waiting'),
        ),
        migrations.AddConstraint(
            model_name='match',
            constraint=models.UniqueConstraint(fields=('bulletin', 'subscription', 'endpoint'), name='alerts_change_matched_once'),
        ),
    ]
