"""gunicorn, the same in development and on the VM."""

import os

bind = os.environ.get("NITRO_BIND", f"127.0.0.1:{os.environ.get('NITRO_WEB_PORT', '8000')}")
worker_class = "gthread"
workers = int(os.environ.get("WEB_PROCESSES", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
timeout = 30
graceful_timeout = 30
max_requests = 2000
max_requests_jitter = 200
limit_request_line = 4094
raw_env = ["DATABASE_WAIT_SECONDS=2"]  # then 503: psycopg waits no less
accesslog = None
errorlog = "-"
loglevel = "warning"
