"""One view that reads a JSON body and inserts two rows in a transaction."""

import json

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

TABLES = """
CREATE TABLE IF NOT EXISTS bench_bare_delivery (id bigserial PRIMARY KEY, body text NOT NULL);
CREATE TABLE IF NOT EXISTS bench_bare_message (
    id bigserial PRIMARY KEY, message_id text NOT NULL UNIQUE, delivery bigint NOT NULL, body text NOT NULL);
TRUNCATE bench_bare_delivery, bench_bare_message
"""


@csrf_exempt
def receive(request: HttpRequest) -> HttpResponse:
    body = request.body.decode()
    message_id = json.loads(body)["data"]["key"]["id"]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO bench_bare_delivery (body) VALUES (%s) RETURNING id", [body])
        delivery = cursor.fetchone()
        cursor.execute(
            "INSERT INTO bench_bare_message (message_id, delivery, body) VALUES (%s, %s, %s)",
            [message_id, delivery[0], body],
        )
    return HttpResponse()


urlpatterns = [path("webhook/", receive)]
