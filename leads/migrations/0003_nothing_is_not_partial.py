from django.db import migrations


def complete_empty_searches(apps, schema_editor):
    """A search without a company was called partial; it is an answer, and keeps its reason (L12)."""
    Search = apps.get_model("leads", "Search")
    LeadAccess = apps.get_model("leads", "LeadAccess")
    empty = Search.objects.filter(status="partial").exclude(
        pk__in=LeadAccess.objects.filter(search__isnull=False).values("search")
    )
    empty.filter(reason__in=["provider", "deadline"]).update(status="failed")
    empty.update(status="completed")


class Migration(migrations.Migration):
    dependencies = [("leads", "0002_place_categories")]

    operations = [migrations.RunPython(complete_empty_searches, migrations.RunPython.noop)]
