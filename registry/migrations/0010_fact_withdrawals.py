from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0009_watch_keeps_pages")]

    operations = [
        migrations.AddField(
            model_name="factversion",
            name="is_withdrawal",
            field=models.BooleanField(default=False, help_text="a proposal to withdraw what stands"),
        ),
    ]
