from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0001_initial"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(("is_active", True), models.Q(("role", "buyer"), _negated=True)),
                name="accounts_membership_one_firm",
            ),
        ),
    ]
