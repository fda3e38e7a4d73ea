from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("credits", "0007_low_balance_letter")]

    operations = [
        migrations.AddField(
            model_name="order",
            name="seller",
            field=models.JSONField(
                blank=True,
                editable=False,
                help_text="quem vendeu, como estava ao ser pago",
                null=True,
                verbose_name="vendedor",
            ),
        )
    ]
