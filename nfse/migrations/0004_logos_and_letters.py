import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("nfse", "0003_invoices_immutable")]

    operations = [
        migrations.AddField(
            model_name="firm",
            name="logo_version",
            field=models.CharField(
                blank=True,
                default="",
                help_text="names the picture of FirmLogo; empty without one",
                max_length=16,
                verbose_name="logo",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="invite",
            name="letter",
            field=models.CharField(
                choices=[
                    ("waiting", "E-mail saindo"),
                    ("sent", "E-mail enviado"),
                    ("failed", "E-mail não entregue"),
                ],
                default="waiting",
                max_length=7,
                verbose_name="e-mail",
            ),
        ),
        migrations.AddField(
            model_name="invite",
            name="letter_asked_at",
            field=models.DateTimeField(default=django.utils.timezone.now, verbose_name="e-mail pedido em"),
        ),
        migrations.CreateModel(
            name="FirmLogo",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("picture", models.BinaryField(verbose_name="imagem")),
                ("width", models.PositiveSmallIntegerField(verbose_name="largura")),
                ("height", models.PositiveSmallIntegerField(verbose_name="altura")),
                ("uploaded_at", models.DateTimeField(auto_now=True, verbose_name="enviado em")),
                (
                    "firm",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="logo", to="nfse.firm"
                    ),
                ),
            ],
            options={"verbose_name": "logo"},
        ),
    ]
