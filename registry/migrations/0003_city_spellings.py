from django.db import migrations, models

from registry.city_names import city_key


def write_spellings(apps, schema_editor):
    City = apps.get_model("registry", "City")
    cities = list(City.objects.only("pk", "folded_name", "other_folded_names"))
    for city in cities:
        keys = dict.fromkeys(map(city_key, (city.folded_name, *city.other_folded_names)))
        city.spellings = f"|{'|'.join(keys)}|"
    City.objects.bulk_update(cities, ["spellings"], batch_size=1000)


class Migration(migrations.Migration):
    dependencies = [("registry", "0002_without_like_indexes")]

    operations = [
        migrations.AddField(
            "city",
            "spellings",
            models.CharField(
                blank=True,
                default="",
                help_text="|key|key|: registry.city_names.city_key of every name",
                max_length=400,
            ),
            preserve_default=False,
        ),
        migrations.RunPython(write_spellings, migrations.RunPython.noop),
    ]
