"""The predecessor's design: prefork workers that wait. Each asks OpenAI, sends, and takes the next message.

`python -m benchmarks.chat.waiting_workers OPENAI_URL EVOLUTION_URL INSTANCE SECONDS` prints a rate.
"""

import sys
import time
from concurrent.futures import ProcessPoolExecutor

import httpx

PROCESSES = 4
SCHEMA = {"type": "object", "properties": {"description": {"type": "string"}}}


def work(openai: str, evolution: str, instance: str, seconds: float) -> int:
    """Do one message after the other until the time is over; return how many were answered."""
    ended, done = time.monotonic() + seconds, 0
    form = {"type": "json_schema", "name": "Words", "schema": SCHEMA}
    with httpx.Client(timeout=30) as client:
        while time.monotonic() < ended:
            asked = {"model": "gpt-6-luna", "input": "conserto do portão", "text": {"format": form}}
            client.post(f"{openai}/responses", json=asked, headers={"Authorization": "Bearer x"})
            client.post(
                f"{evolution}/message/sendText/{instance}",
                json={"number": "5551970000000", "text": "Anotado!"},
                headers={"apikey": "sandbox"},
            )
            done += 1
    return done


def main() -> None:
    openai, evolution, instance, seconds = sys.argv[1:5]
    with ProcessPoolExecutor(PROCESSES) as pool:
        runs = [pool.submit(work, openai, evolution, instance, float(seconds)) for _ in range(PROCESSES)]
        done = sum(run.result() for run in runs)
    print(done / float(seconds))


if __name__ == "__main__":
    main()
