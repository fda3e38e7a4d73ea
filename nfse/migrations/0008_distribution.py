"""How far the documents that the ADN hands out were read, per company and environment (N16)."""

import django.db.models.deletion
from django.db import migrations, models

# A row names its firm and its company; the database keeps the two from disagreeing (A9).
SAME_FIRM = (
    "ALTER TABLE nfse_distributioncursor ADD CONSTRAINT nfse_distributioncursor_same_firm"
    " FOREIGN KEY (company_id, firm_id) REFERENCES nfse_company (id, firm_id) DEFERRABLE INITIALLY DEFERRED"
)
FREE_FIRM = "ALTER TABLE nfse_distributioncursor DROP CONSTRAINT nfse_distributioncursor_same_firm"


class Migration(migrations.Migration):
    dependencies = [("nfse", "0007_hints_and_trail")]

    operations = [
        migrations.CreateModel(
            name="DistributionCursor",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "environment",
                    models.CharField(
                        choices=[("production", "Produção"), ("staging", "Homologação")],
                        max_length=10,
                        verbose_name="ambiente",
                    ),
                ),
                ("last_nsu", models.PositiveBigIntegerField(default=0, verbose_name="último NSU")),
                ("next_at", models.DateTimeField(verbose_name="próxima leitura")),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="distribution_cursors",
                        to="nfse.company",
                    ),
                ),
                (
                    "firm",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="nfse.firm"
                    ),
                ),
            ],
            options={
                "verbose_name": "leitura do ADN",
                "verbose_name_plural": "leituras do ADN",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("company", "environment"), name="nfse_distribution_cursor_unique"
                    )
                ],
            },
        ),
        migrations.RunSQL(SAME_FIRM, FREE_FIRM),
    ]
