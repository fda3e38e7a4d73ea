"""The pages of the chat, under /notas/."""

from django.urls import path

from whatsapp.gateways.phones import is_emulated
from whatsapp.views import channels, sessions, simulator, transcript, usage

app_name = "whatsapp"

urlpatterns = [
    # Channels (W1, A26).
    path("canais/", channels.channels, name="channels"),
    path("canais/novo/", channels.new_channel, name="new_channel"),
    path("canais/<int:channel_id>/", channels.channel, name="channel"),
    path("canais/<int:channel_id>/situacao/", channels.channel_state, name="channel_state"),
    path("canais/<int:channel_id>/conectar/", channels.connect_channel, name="connect_channel"),
    path("canais/<int:channel_id>/reiniciar/", channels.restart_channel, name="restart_channel"),
    path("canais/<int:channel_id>/desconectar/", channels.disconnect_channel, name="disconnect_channel"),
    path("canais/<int:channel_id>/excluir/", channels.delete_channel, name="delete_channel"),
    # What people asked for, and what was said.
    path("sessoes/", sessions.sessions, name="sessions"),
    path("conversas/<int:conversation_id>/", transcript.transcript, name="transcript"),
    path("conversas/<int:conversation_id>/linhas/", transcript.transcript_lines, name="transcript_lines"),
    path("conversas/<int:conversation_id>/assumir/", transcript.take_over, name="take_over"),
    path("conversas/<int:conversation_id>/responder/", transcript.answer, name="answer"),
    path("conversas/<int:conversation_id>/devolver/", transcript.give_back, name="give_back"),
    path("conversas/<int:conversation_id>/encerrar/", transcript.close_request, name="close_request"),
    path("conversas/<int:conversation_id>/aprovar/", transcript.approve, name="approve_cancellation"),
    path("conversas/<int:conversation_id>/negar/", transcript.deny, name="deny_cancellation"),
    # What it used.
    path("uso-de-ia/", usage.ai_usage, name="ai_usage"),
]

if is_emulated():
    urlpatterns += [
        path("simulador/", simulator.simulator, name="simulator"),
        path("simulador/linhas/", simulator.simulator_lines, name="simulator_lines"),
        path("simulador/escrever/", simulator.write, name="simulator_write"),
        path("simulador/conectar/", simulator.connect, name="simulator_connect"),
        path("simulador/limpar/", simulator.clear, name="simulator_clear"),
    ]
