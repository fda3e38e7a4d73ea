from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("whatsapp", "0006_channel_events")]

    operations = [
        migrations.RemoveField("conversation", "burst_count"),
        migrations.RemoveField("conversation", "burst_started_at"),
        migrations.RemoveField("conversation", "listed_companies"),
        migrations.AddField(
            "conversation",
            "forgotten_at",
            models.DateTimeField(blank=True, help_text="the person was forgotten (W24)", null=True),
        ),
        migrations.AddField(
            "session",
            "forgotten_at",
            models.DateTimeField(blank=True, help_text="what was said in it was deleted (W24)", null=True),
        ),
        migrations.AddIndex(
            "conversation",
            models.Index(
                condition=models.Q(("done_seq__lt", models.F("last_seq")), ("merged_into", None)),
                fields=["last_message_at"],
                name="whatsapp_conversation_unread",
            ),
        ),
    ]
