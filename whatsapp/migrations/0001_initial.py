"""Tables of the chat: channels, people, conversations, messages, sessions, calls of the model (W)."""


import core.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('inbox', '0001_initial'),
        ('nfse', '0013_federal_retentions'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Channel',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60, verbose_name='nome')),
                ('key', models.CharField(help_text="unguessable; in the webhook's address", max_length=64, unique=True)),
                ('instance_name', models.CharField(help_text='opaque; at the Evolution API', max_length=64, unique=True)),
                ('secret', core.fields.EncryptedTextField(help_text="what the webhook's header must hold")),
                ('token', core.fields.EncryptedTextField(help_text="the instance's key at the Evolution API")),
                ('number', core.fields.EncryptedTextField(blank=True, help_text='digits, as WhatsApp tells it', verbose_name='número')),
                ('state', models.CharField(choices=[('disconnected', 'Desconectado'), ('connecting', 'Conectando'), ('qr_ready', 'Aguardando leitura do QR'), ('connected', 'Conectado')], default='disconnected', max_length=12, verbose_name='situação')),
                ('state_reason', models.CharField(blank=True, help_text="the transport's code, as it came", max_length=40, verbose_name='motivo')),
                ('state_at', models.DateTimeField(help_text='when Nitro learned of the state', verbose_name='desde')),
                ('state_stamp', models.DateTimeField(blank=True, help_text="the sender's clock of the event; compared with itself only (R82)", null=True)),
                ('qr', core.fields.EncryptedTextField(blank=True, help_text='data: URL of the picture; whoever scans it owns the session')),
                ('qr_expires_at', models.DateTimeField(blank=True, null=True)),
                ('is_created', models.BooleanField(default=False, help_text='the Evolution API knows the instance')),
                ('trouble', models.CharField(blank=True, help_text='of the last order, for people', max_length=200, verbose_name='problema')),
                ('last_event_at', models.DateTimeField(blank=True, null=True, verbose_name='último evento')),
                ('down_since', models.DateTimeField(blank=True, null=True, verbose_name='fora do ar desde')),
                ('alarm_at', models.DateTimeField(blank=True, help_text='the firm was told of the present trouble', null=True)),
                ('can_start_chats_refused_at', models.DateTimeField(blank=True, help_text='WhatsApp refused a message to somebody new (463)', null=True)),
                ('reconciled_until', models.DateTimeField(blank=True, help_text='read by findMessages up to here', null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='criado em')),
                ('deleted_at', models.DateTimeField(blank=True, null=True, verbose_name='excluído em')),
                ('firm', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='channels', to='nfse.firm')),
            ],
            options={
                'verbose_name': 'canal',
                'verbose_name_plural': 'canais',
            },
        ),
        migrations.CreateModel(
            name='Contact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', core.fields.EncryptedTextField(blank=True, verbose_name='nome')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='criado em')),
                ('channel', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contacts', to='whatsapp.channel')),
            ],
            options={
                'verbose_name': 'contato',
            },
        ),
        migrations.CreateModel(
            name='ContactAlias',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('phone', 'Telefone'), ('lid', 'Número oculto')], max_length=5, verbose_name='tipo')),
                ('value', core.fields.EncryptedTextField(verbose_name='valor')),
                ('index', models.CharField(editable=False, max_length=64)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='criado em')),
                ('channel', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='whatsapp.channel')),
                ('contact', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='aliases', to='whatsapp.contact')),
            ],
            options={
                'verbose_name': 'identidade',
            },
        ),
        migrations.CreateModel(
            name='Conversation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address', core.fields.EncryptedTextField(help_text='the JID that the person last wrote from: answers go there (9.2)')),
                ('last_seq', models.PositiveBigIntegerField(default=0)),
                ('done_seq', models.PositiveBigIntegerField(default=0)),
                ('out_seq', models.PositiveBigIntegerField(default=0, help_text='of the latest outgoing message')),
                ('version', models.PositiveBigIntegerField(default=0)),
                ('first_unread_at', models.DateTimeField(blank=True, null=True)),
                ('last_message_at', models.DateTimeField(blank=True, null=True, verbose_name='última mensagem')),
                ('listed_companies', models.JSONField(blank=True, default=list, help_text='ids in the order shown (row 11)')),
                ('listed_until', models.DateTimeField(blank=True, null=True)),
                ('handed_off_at', models.DateTimeField(blank=True, null=True, verbose_name='com a contabilidade desde')),
                ('handoff_last_at', models.DateTimeField(blank=True, help_text='the last message of either side', null=True)),
                ('unknown_answered_at', models.DateTimeField(blank=True, help_text='T03, once per 24 h (W5)', null=True)),
                ('kind_answered_at', models.DateTimeField(blank=True, help_text='T42, once per 10 min (5.9)', null=True)),
                ('burst_started_at', models.DateTimeField(blank=True, help_text='start of the counted minute (W20)', null=True)),
                ('burst_count', models.PositiveIntegerField(default=0)),
                ('burst_warned_at', models.DateTimeField(blank=True, null=True)),
                ('ai_day', models.DateField(blank=True, help_text='the day that ai_count belongs to (W20)', null=True)),
                ('ai_count', models.PositiveIntegerField(default=0)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='criada em')),
                ('channel', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='conversations', to='whatsapp.channel')),
                ('company', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='nfse.company', verbose_name='empresa')),
                ('contact', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='conversations', to='whatsapp.contact')),
                ('firm', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='conversations', to='nfse.firm')),
                ('handed_off_to', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('merged_into', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged', to='whatsapp.conversation')),
            ],
            options={
                'verbose_name': 'conversa',
            },
        ),
        migrations.CreateModel(
            name='AiCall',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('purpose', models.CharField(choices=[('reading', 'Leitura'), ('transcription', 'Transcrição')], max_length=13, verbose_name='finalidade')),
                ('model', models.CharField(max_length=60, verbose_name='modelo')),
                ('prompt_version', models.CharField(blank=True, max_length=40, verbose_name='versão do prompt')),
                ('outcome', models.CharField(choices=[('ok', 'Respondeu'), ('refused', 'Recusou'), ('invalid', 'Resposta inválida'), ('unavailable', 'Fora do ar'), ('unknown', 'Sem resposta')], max_length=11, verbose_name='resultado')),
                ('tokens_in', models.PositiveIntegerField(default=0)),
                ('tokens_cached', models.PositiveIntegerField(default=0, help_text='part of tokens_in')),
                ('tokens_out', models.PositiveIntegerField(default=0)),
                ('audio_seconds', models.PositiveIntegerField(default=0)),
                ('cost', models.PositiveBigIntegerField(default=0, help_text='millionths of a US dollar', verbose_name='custo')),
                ('duration_ms', models.PositiveIntegerField(default=0, verbose_name='duração')),
                ('at', models.DateTimeField(verbose_name='em')),
                ('firm', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='nfse.firm')),
                ('conversation', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='ai_calls', to='whatsapp.conversation')),
            ],
            options={
                'verbose_name': 'chamada de IA',
                'verbose_name_plural': 'chamadas de IA',
            },
        ),
        migrations.CreateModel(
            name='InboundMessage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seq', models.PositiveBigIntegerField(help_text="order of arrival, counted under the conversation's lock")),
                ('provider_message_id', models.CharField(max_length=200)),
                ('is_from_firm', models.BooleanField(default=False, help_text='typed by the firm on its phone: never read')),
                ('address', core.fields.EncryptedTextField(help_text='the JID it came from, exactly')),
                ('sent_at', models.DateTimeField(help_text="the sender's clock, whole seconds", verbose_name='enviada em')),
                ('received_at', models.DateTimeField(verbose_name='recebida em')),
                ('came_before_link', models.BooleanField(default=False)),
                ('kind', models.CharField(choices=[('text', 'Texto'), ('audio', 'Áudio'), ('image', 'Imagem'), ('video', 'Vídeo'), ('document', 'Documento'), ('sticker', 'Figurinha'), ('location', 'Localização'), ('contact', 'Contato'), ('poll', 'Enquete'), ('album', 'Álbum'), ('reaction', 'Reação'), ('edit', 'Edição'), ('revoke', 'Exclusão'), ('unknown', 'Sem conteúdo'), ('other', 'Outro')], max_length=8, verbose_name='tipo')),
                ('has_content', models.BooleanField(default=True, help_text='false: empty, or an edit that cannot be read')),
                ('text', core.fields.EncryptedTextField(blank=True, help_text='text, caption, or the emoji of a reaction')),
                ('button_id', core.fields.EncryptedTextField(blank=True, help_text='of a button, list or interactive reply')),
                ('quoted_id', models.CharField(blank=True, max_length=200)),
                ('target_id', models.CharField(blank=True, help_text='of an edit, a deletion, a reaction', max_length=200)),
                ('edited_at', models.DateTimeField(blank=True, null=True)),
                ('deleted_at', models.DateTimeField(blank=True, null=True)),
                ('media_state', models.CharField(choices=[('none', 'Sem mídia'), ('unfetched', 'Não buscada'), ('pending', 'Buscando'), ('fetched', 'Guardada'), ('failed', 'Não foi possível buscar'), ('deleted', 'Apagada pelo prazo')], default='none', max_length=9)),
                ('media_type', models.CharField(blank=True, help_text='MIME type, as the sender says', max_length=100)),
                ('media_size', models.PositiveBigIntegerField(blank=True, null=True)),
                ('media_seconds', models.PositiveIntegerField(blank=True, null=True)),
                ('media_name', core.fields.EncryptedTextField(blank=True, help_text="the file's name: untrusted")),
                ('is_voice', models.BooleanField(default=False, help_text='a voice note')),
                ('transcript', core.fields.EncryptedTextField(blank=True, verbose_name='transcrição')),
                ('channel', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='whatsapp.channel')),
                ('conversation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='whatsapp.conversation')),
                ('delivery', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='inbox.delivery')),
            ],
            options={
                'verbose_name': 'mensagem recebida',
                'verbose_name_plural': 'mensagens recebidas',
            },
        ),
        migrations.CreateModel(
            name='Session',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, help_text="the request's form key", unique=True)),
                ('label', models.CharField(blank=True, help_text='for people; never a key (R98)', max_length=20, verbose_name='protocolo')),
                ('kind', models.CharField(choices=[('issue', 'issue'), ('cancellation', 'cancellation')], default='issue', max_length=12, verbose_name='tipo')),
                ('state', models.CharField(choices=[('choosing_company', 'Escolhendo empresa'), ('collecting', 'Coletando dados'), ('awaiting_confirmation', 'Aguardando confirmação'), ('awaiting_firm', 'Aguardando contabilidade'), ('processing', 'Em processamento'), ('rejected', 'Recusada'), ('failed', 'Falhou'), ('completed', 'Concluída'), ('canceled', 'Cancelada'), ('expired', 'Expirada')], max_length=22, verbose_name='situação')),
                ('question', models.CharField(blank=True, choices=[('keep_description', 'keep_description'), ('replace_data', 'replace_data'), ('confirm_cancel', 'confirm_cancel'), ('choose_amount', 'choose_amount'), ('choose_taker', 'choose_taker'), ('choose_service', 'choose_service'), ('taker_status', 'taker_status'), ('generic_description', 'generic_description'), ('switch_to_cancellation', 'switch_to_cancellation'), ('cancel_issued', 'cancel_issued')], max_length=24)),
                ('data', core.fields.EncryptedJSONField(default=dict)),
                ('mirror', core.fields.EncryptedJSONField(blank=True, null=True)),
                ('mirror_hash', models.CharField(blank=True, max_length=64)),
                ('mirror_seq', models.PositiveBigIntegerField(blank=True, null=True)),
                ('mirror_shown_at', models.DateTimeField(blank=True, null=True)),
                ('mirror_is_void', models.BooleanField(default=False)),
                ('has_refused_mirror', models.BooleanField(default=False)),
                ('cancel_is_wanted', models.BooleanField(default=False)),
                ('times_unmatched', models.PositiveSmallIntegerField(default=0)),
                ('close_reason', models.CharField(blank=True, choices=[('issued', 'issued'), ('note_canceled', 'note_canceled'), ('canceled_by_user', 'canceled_by_user'), ('canceled_by_firm', 'canceled_by_firm'), ('denied', 'denied'), ('withdrawn', 'withdrawn'), ('expired', 'expired'), ('access_removed', 'access_removed')], max_length=16)),
                ('expires_at', models.DateTimeField(blank=True, null=True, verbose_name='expira em')),
                ('reminded_at', models.DateTimeField(blank=True, null=True)),
                ('last_user_at', models.DateTimeField(blank=True, help_text='the last message of the person (R77)', null=True)),
                ('opened_at', models.DateTimeField(verbose_name='aberta em')),
                ('state_changed_at', models.DateTimeField(verbose_name='mudou em')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='encerrada em')),
                ('company', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='chat_sessions', to='nfse.company')),
                ('confirmed_by_message', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='whatsapp.inboundmessage')),
                ('conversation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sessions', to='whatsapp.conversation')),
                ('firm', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='chat_sessions', to='nfse.firm')),
                ('invoice', models.ForeignKey(blank=True, help_text='the note to cancel', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='chat_sessions', to='nfse.invoice')),
                ('phone', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='chat_sessions', to='nfse.authorizedphone')),
                ('request', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='chat_sessions', to='nfse.invoicerequest')),
            ],
            options={
                'verbose_name': 'sessão',
                'verbose_name_plural': 'sessões',
            },
        ),
        migrations.CreateModel(
            name='OutboundMessage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seq', models.PositiveBigIntegerField(help_text="order of sending, counted under the conversation's lock")),
                ('cause', models.CharField(max_length=80)),
                ('dedupe_key', models.CharField(max_length=120, unique=True)),
                ('slot', models.CharField(blank=True, max_length=80)),
                ('kind', models.CharField(choices=[('text', 'Texto'), ('document', 'Documento')], max_length=8, verbose_name='tipo')),
                ('text', core.fields.EncryptedTextField(blank=True, help_text='of a document: its caption')),
                ('text_key', models.CharField(blank=True, help_text='the text of PRODUCT.md 5.10, as T24', max_length=40)),
                ('mirror_hash', models.CharField(blank=True, max_length=64)),
                ('file', models.CharField(blank=True, choices=[('pdf', 'PDF'), ('xml', 'XML')], max_length=3)),
                ('author', models.CharField(choices=[('bot', 'Assistente'), ('member', 'Contabilidade')], default='bot', max_length=6, verbose_name='autor')),
                ('state', models.CharField(choices=[('pending', 'Na fila'), ('sending', 'Enviando'), ('sent', 'Enviada'), ('delivered', 'Entregue'), ('read', 'Lida'), ('unknown', 'Conferindo'), ('failed', 'Recusada'), ('dead', 'Não enviada'), ('superseded', 'Substituída')], default='pending', max_length=10, verbose_name='situação')),
                ('provider_message_id', models.CharField(blank=True, max_length=200)),
                ('attempts', models.PositiveIntegerField(default=0, verbose_name='tentativas')),
                ('error', models.CharField(blank=True, help_text='of the last try, without personal data', max_length=200, verbose_name='motivo')),
                ('created_at', models.DateTimeField(verbose_name='criada em')),
                ('first_tried_at', models.DateTimeField(blank=True, null=True)),
                ('tried_at', models.DateTimeField(blank=True, null=True, verbose_name='tentada em')),
                ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='enviada em')),
                ('acked_at', models.DateTimeField(blank=True, help_text="WhatsApp's server has it", null=True)),
                ('delivered_at', models.DateTimeField(blank=True, null=True, verbose_name='entregue em')),
                ('read_at', models.DateTimeField(blank=True, null=True, verbose_name='lida em')),
                ('ended_at', models.DateTimeField(blank=True, help_text='failed, dead or superseded', null=True)),
                ('channel', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='whatsapp.channel')),
                ('conversation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='outbox', to='whatsapp.conversation')),
                ('invoice', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='nfse.invoice')),
                ('member', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('session', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='outbox', to='whatsapp.session')),
            ],
            options={
                'verbose_name': 'mensagem enviada',
                'verbose_name_plural': 'mensagens enviadas',
            },
        ),
        migrations.CreateModel(
            name='SessionEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('row', models.CharField(help_text='of PRODUCT.md 5.3', max_length=8, verbose_name='linha')),
                ('event', models.CharField(max_length=24, verbose_name='acontecimento')),
                ('from_state', models.CharField(max_length=22)),
                ('to_state', models.CharField(max_length=22)),
                ('seq', models.PositiveBigIntegerField(blank=True, help_text='of the last message read for it', null=True)),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='em')),
                ('session', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='history', to='whatsapp.session')),
            ],
            options={
                'verbose_name': 'passo da sessão',
                'verbose_name_plural': 'passos das sessões',
            },
        ),
        migrations.CreateModel(
            name='StoredMedia',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('content', core.fields.EncryptedBytesField()),
                ('media_type', models.CharField(help_text='by its first bytes', max_length=100)),
                ('size', models.PositiveIntegerField()),
                ('fetched_at', models.DateTimeField(verbose_name='recebida em')),
                ('message', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='media', to='whatsapp.inboundmessage')),
            ],
            options={
                'verbose_name': 'mídia guardada',
                'verbose_name_plural': 'mídias guardadas',
            },
        ),
        migrations.AddIndex(
            model_name='channel',
            index=models.Index(fields=['firm', 'id'], name='whatsapp_channel_of_firm'),
        ),
        migrations.AddConstraint(
            model_name='channel',
            constraint=models.UniqueConstraint(condition=models.Q(('deleted_at', None)), fields=('firm', 'name'), name='whatsapp_channel_name_unique', violation_error_message='Já existe um canal com este nome.'),
        ),
        migrations.AddConstraint(
            model_name='channel',
            constraint=models.UniqueConstraint(fields=('id', 'firm'), name='whatsapp_channel_firm'),
        ),
        migrations.AddConstraint(
            model_name='channel',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('key', ''), _negated=True), models.Q(('instance_name', ''), _negated=True)), name='whatsapp_channel_has_key'),
        ),
        migrations.AddConstraint(
            model_name='channel',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['disconnected', 'connecting', 'qr_ready', 'connected'])), name='whatsapp_channel_state_known'),
        ),
        migrations.AddConstraint(
            model_name='channel',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'connected'), _negated=True), ('down_since', None), _connector='OR'), name='whatsapp_channel_up_or_down'),
        ),
        migrations.AddConstraint(
            model_name='contactalias',
            constraint=models.UniqueConstraint(fields=('channel', 'kind', 'index'), name='whatsapp_alias_unique'),
        ),
        migrations.AddConstraint(
            model_name='contactalias',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'phone')), fields=('contact',), name='whatsapp_alias_one_phone'),
        ),
        migrations.AddConstraint(
            model_name='contactalias',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['phone', 'lid'])), name='whatsapp_alias_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='contactalias',
            constraint=models.CheckConstraint(condition=models.Q(('index__regex', '^[0-9a-f]{64}$')), name='whatsapp_alias_has_index'),
        ),
        migrations.AddIndex(
            model_name='conversation',
            index=models.Index(fields=['firm', '-last_message_at'], name='whatsapp_conversation_newest'),
        ),
        migrations.AddIndex(
            model_name='conversation',
            index=models.Index(condition=models.Q(('handed_off_at__isnull', False)), fields=['handoff_last_at'], name='whatsapp_conversation_handoff'),
        ),
        migrations.AddConstraint(
            model_name='conversation',
            constraint=models.UniqueConstraint(fields=('channel', 'contact'), name='whatsapp_conversation_once'),
        ),
        migrations.AddConstraint(
            model_name='conversation',
            constraint=models.UniqueConstraint(fields=('id', 'firm'), name='whatsapp_conversation_firm'),
        ),
        migrations.AddConstraint(
            model_name='conversation',
            constraint=models.CheckConstraint(condition=models.Q(('done_seq__lte', models.F('last_seq'))), name='whatsapp_conversation_reads_what_came'),
        ),
        migrations.AddConstraint(
            model_name='conversation',
            constraint=models.CheckConstraint(condition=models.Q(('merged_into', None), models.Q(('merged_into', models.F('id')), _negated=True), _connector='OR'), name='whatsapp_conversation_not_into_itself'),
        ),
        migrations.AddIndex(
            model_name='aicall',
            index=models.Index(fields=['firm', '-at'], name='whatsapp_ai_call_newest'),
        ),
        migrations.AddConstraint(
            model_name='aicall',
            constraint=models.CheckConstraint(condition=models.Q(('purpose__in', ['reading', 'transcription'])), name='whatsapp_ai_call_purpose'),
        ),
        migrations.AddConstraint(
            model_name='aicall',
            constraint=models.CheckConstraint(condition=models.Q(('outcome__in', ['ok', 'refused', 'invalid', 'unavailable', 'unknown'])), name='whatsapp_ai_call_outcome'),
        ),
        migrations.AddConstraint(
            model_name='aicall',
            constraint=models.CheckConstraint(condition=models.Q(('tokens_cached__lte', models.F('tokens_in'))), name='whatsapp_ai_call_cached_is_part'),
        ),
        migrations.AddIndex(
            model_name='inboundmessage',
            index=models.Index(condition=models.Q(('target_id', ''), _negated=True), fields=['channel', 'target_id'], name='whatsapp_inbound_target'),
        ),
        migrations.AddIndex(
            model_name='inboundmessage',
            index=models.Index(fields=['received_at'], name='whatsapp_inbound_age'),
        ),
        migrations.AddIndex(
            model_name='inboundmessage',
            index=models.Index(condition=models.Q(('delivery__isnull', False)), fields=['delivery'], name='whatsapp_inbound_delivery'),
        ),
        migrations.AddConstraint(
            model_name='inboundmessage',
            constraint=models.UniqueConstraint(fields=('channel', 'provider_message_id'), name='whatsapp_inbound_once'),
        ),
        migrations.AddConstraint(
            model_name='inboundmessage',
            constraint=models.UniqueConstraint(fields=('conversation', 'seq'), name='whatsapp_inbound_seq'),
        ),
        migrations.AddConstraint(
            model_name='inboundmessage',
            constraint=models.CheckConstraint(condition=models.Q(('provider_message_id', ''), _negated=True), name='whatsapp_inbound_has_id'),
        ),
        migrations.AddConstraint(
            model_name='inboundmessage',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['text', 'audio', 'image', 'video', 'document', 'sticker', 'location', 'contact', 'poll', 'album', 'reaction', 'edit', 'revoke', 'unknown', 'other'])), name='whatsapp_inbound_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='inboundmessage',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ['edit', 'revoke', 'reaction']), _negated=True), models.Q(('target_id', ''), _negated=True), _connector='OR'), name='whatsapp_inbound_has_target'),
        ),
        migrations.AddConstraint(
            model_name='inboundmessage',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'unknown'), _negated=True), ('has_content', False), _connector='OR'), name='whatsapp_inbound_unknown_is_empty'),
        ),
        migrations.AddConstraint(
            model_name='inboundmessage',
            constraint=models.CheckConstraint(condition=models.Q(('media_state__in', ['none', 'unfetched', 'pending', 'fetched', 'failed', 'deleted'])), name='whatsapp_inbound_media_known'),
        ),
        migrations.AddIndex(
            model_name='session',
            index=models.Index(fields=['firm', '-opened_at'], name='whatsapp_session_newest'),
        ),
        migrations.AddIndex(
            model_name='session',
            index=models.Index(condition=models.Q(('state__in', ['awaiting_confirmation', 'awaiting_firm', 'choosing_company', 'collecting', 'failed', 'processing', 'rejected'])), fields=['expires_at'], name='whatsapp_session_expiry'),
        ),
        migrations.AddIndex(
            model_name='session',
            index=models.Index(fields=['conversation', '-opened_at'], name='whatsapp_session_of_talk'),
        ),
        migrations.AddConstraint(
            model_name='session',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['awaiting_confirmation', 'awaiting_firm', 'choosing_company', 'collecting', 'failed', 'processing', 'rejected'])), fields=('conversation',), name='whatsapp_session_one_open'),
        ),
        migrations.AddConstraint(
            model_name='session',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['choosing_company', 'collecting', 'awaiting_confirmation', 'awaiting_firm', 'processing', 'rejected', 'failed', 'completed', 'canceled', 'expired'])), name='whatsapp_session_state_known'),
        ),
        migrations.AddConstraint(
            model_name='session',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['issue', 'cancellation'])), name='whatsapp_session_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='session',
            constraint=models.CheckConstraint(condition=models.Q(('question__in', ['', 'keep_description', 'replace_data', 'confirm_cancel', 'choose_amount', 'choose_taker', 'choose_service', 'taker_status', 'generic_description', 'switch_to_cancellation', 'cancel_issued'])), name='whatsapp_session_question_known'),
        ),
        migrations.AddConstraint(
            model_name='session',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['awaiting_confirmation', 'awaiting_firm', 'choosing_company', 'collecting', 'failed', 'processing', 'rejected']), ('close_reason', ''), ('closed_at', None)), models.Q(models.Q(('state__in', ['awaiting_confirmation', 'awaiting_firm', 'choosing_company', 'collecting', 'failed', 'processing', 'rejected']), _negated=True), ('closed_at__isnull', False), models.Q(('close_reason', ''), _negated=True)), _connector='OR'), name='whatsapp_session_open_or_closed'),
        ),
        migrations.AddConstraint(
            model_name='session',
            constraint=models.CheckConstraint(condition=models.Q(('mirror_hash', ''), ('mirror_hash__regex', '^[0-9a-f]{64}$'), _connector='OR'), name='whatsapp_session_mirror_hash'),
        ),
        migrations.AddIndex(
            model_name='outboundmessage',
            index=models.Index(condition=models.Q(('state__in', ['pending', 'sending', 'unknown'])), fields=['conversation', 'seq'], name='whatsapp_outbound_waiting'),
        ),
        migrations.AddIndex(
            model_name='outboundmessage',
            index=models.Index(condition=models.Q(('acked_at', None), ('state', 'sent')), fields=['channel', 'sent_at'], name='whatsapp_outbound_unacked'),
        ),
        migrations.AddIndex(
            model_name='outboundmessage',
            index=models.Index(fields=['created_at'], name='whatsapp_outbound_age'),
        ),
        migrations.AddConstraint(
            model_name='outboundmessage',
            constraint=models.UniqueConstraint(fields=('conversation', 'seq'), name='whatsapp_outbound_seq'),
        ),
        migrations.AddConstraint(
            model_name='outboundmessage',
            constraint=models.UniqueConstraint(condition=models.Q(('provider_message_id', ''), _negated=True), fields=('channel', 'provider_message_id'), name='whatsapp_outbound_id_once'),
        ),
        migrations.AddConstraint(
            model_name='outboundmessage',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['pending', 'sending', 'sent', 'delivered', 'read', 'unknown', 'failed', 'dead', 'superseded'])), name='whatsapp_outbound_state_known'),
        ),
        migrations.AddConstraint(
            model_name='outboundmessage',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('file', ''), ('invoice', None), ('kind', 'text')), models.Q(('file__in', ['pdf', 'xml']), ('invoice__isnull', False), ('kind', 'document')), _connector='OR'), name='whatsapp_outbound_text_or_file'),
        ),
        migrations.AddConstraint(
            model_name='outboundmessage',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('author', 'bot'), ('member', None)), ('author', 'member'), _connector='OR'), name='whatsapp_outbound_author'),
        ),
        migrations.AddConstraint(
            model_name='outboundmessage',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['sent', 'delivered', 'read']), _negated=True), ('sent_at__isnull', False), _connector='OR'), name='whatsapp_outbound_sent_has_time'),
        ),
        migrations.AddIndex(
            model_name='storedmedia',
            index=models.Index(fields=['fetched_at'], name='whatsapp_media_age'),
        ),
    ]
