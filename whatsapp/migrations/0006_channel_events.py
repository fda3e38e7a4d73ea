"""What happened to a channel, for its page (W1)."""


import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('whatsapp', '0005_lookup_index'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ChannelEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('what', models.CharField(choices=[('connected', 'Conectado ao WhatsApp'), ('connecting', 'Conectando'), ('qr_shown', 'QR gerado'), ('disconnected', 'Desconectado'), ('asked', 'Pedido'), ('order_failed', 'Pedido sem resposta'), ('alarm', 'Aviso enviado'), ('lost_found', 'Mensagens recuperadas')], max_length=12, verbose_name='acontecimento')),
                ('detail', models.CharField(blank=True, max_length=80, verbose_name='detalhe')),
                ('at', models.DateTimeField(verbose_name='em')),
                ('actor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('channel', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='events', to='whatsapp.channel')),
            ],
            options={
                'verbose_name': 'acontecimento do canal',
                'verbose_name_plural': 'acontecimentos dos canais',
                'indexes': [models.Index(fields=['channel', '-at'], name='whatsapp_channel_events'), models.Index(fields=['at'], name='whatsapp_channel_events_age')],
            },
        ),
    ]
