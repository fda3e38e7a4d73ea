"""The API under /openai/v1."""

import asyncio
import hashlib
import json
import secrets
import time
from collections.abc import AsyncIterator
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from sandbox.answers import HEADERS, answer, read_json
from sandbox.guard import Endpoint
from sandbox.openai.answers import Problem, keyed, name_request
from sandbox.openai.extraction import extract
from sandbox.openai.plan import Office
from sandbox.voice import read_voice_note

READERS = ("gpt-6-luna", "gpt-6.1-mini", "gpt-6.1-nano", "gpt-5.4-mini")
LISTENERS = ("gpt-transcribe",)
OLD = {"gpt-4o-mini": "2027-01-14", "gpt-5-mini": "2026-12-11", "whisper-1": "2027-02-26"}
CHARACTERS_PER_TOKEN = 4
CACHED_FROM, CACHED_STEP = 1024, 128
PIECES = 20
REFUSAL = "Não posso ajudar com isso."


class ModelsApi:
    def __init__(self, office: Office) -> None:
        self.office = office

    def routes(self) -> list[Route]:
        listed: list[tuple[str, str, Endpoint]] = [
            ("POST", "/v1/responses", self.respond),
            ("POST", "/v1/chat/completions", self.complete),
            ("POST", "/v1/audio/transcriptions", self.transcribe),
            ("GET", "/v1/models", self.list_models),
            ("GET", "/v1/models/{id}", self.show_model),
        ]
        return [Route(path, keyed(endpoint), methods=[method]) for method, path, endpoint in listed]

    async def respond(self, request: Request) -> Response:
        body = await self._read(request)
        form = ((body.get("text") or {}).get("format")) or {}
        words = _last_words(body.get("input", ""))
        manner = self.office.next_answer()
        text = _write(form.get("schema") or {}, words, manner)
        output: list[dict[str, Any]] = [
            {
                "id": f"msg_{secrets.token_hex(8)}",
                "type": "message",
                "role": "assistant",
                "status": "completed",
                "content": [{"type": "output_text", "text": text, "annotations": []}],
                **({"phase": "commentary"} if manner == "commentary" else {}),
            }
        ]
        if manner == "refusal":
            output[0]["content"] = [{"type": "refusal", "refusal": REFUSAL}]
        status = {"truncated": "incomplete", "incomplete": "incomplete", "failed": "failed"}.get(
            manner, "completed"
        )
        reason = {"reason": "max_output_tokens"} if status == "incomplete" else None
        trouble = {"code": "server_error", "message": "The model failed."} if status == "failed" else None
        return await self._send(
            {
                "id": f"resp_{secrets.token_hex(8)}",
                "object": "response",
                "created_at": int(time.time()),
                "model": body["model"],
                "status": status,
                "error": trouble,
                "incomplete_details": reason,
                "output": [] if manner in ("empty", "failed") else output,
                "parallel_tool_calls": True,
                "tool_choice": "auto",
                "tools": [],
                "store": body.get("store", True),
                "usage": None if manner == "no_usage" else self._usage(body, text),
            }
        )

    async def complete(self, request: Request) -> Response:
        body = await self._read(request)
        form = (body.get("response_format") or {}).get("json_schema") or {}
        manner = self.office.next_answer()
        text = _write(form.get("schema") or {}, _last_words(body.get("messages", [])), manner)
        message: dict[str, Any] = {"role": "assistant", "content": text, "refusal": None}
        if manner == "refusal":
            message |= {"content": None, "refusal": REFUSAL}
        finish = "length" if manner in ("truncated", "incomplete") else "stop"
        usage = self._usage(body, text)
        return await self._send(
            {
                "id": f"chatcmpl-{secrets.token_hex(8)}",
                "object": "chat.completion",
                "created": int(time.time()),
                "model": body["model"],
                "choices": [{"index": 0, "finish_reason": finish, "message": message, "logprobs": None}],
                "usage": {
                    "prompt_tokens": usage["input_tokens"],
                    "completion_tokens": usage["output_tokens"],
                    "total_tokens": usage["total_tokens"],
                },
            }
        )

    async def transcribe(self, request: Request) -> Response:
        async with request.form() as form:
            upload, model = form.get("file"), str(form.get("model", ""))
            self._check_model(model, LISTENERS)
            if not isinstance(upload, UploadFile):
                raise Problem(400, "Missing required parameter: 'file'.", param="file")
            content, name = await upload.read(), upload.filename or ""
            kept = {
                key: [str(each) for each in form.getlist(key)] for key in form if key not in ("file", "model")
            }
        self.office.requests.append(
            {"path": "/v1/audio/transcriptions", "model": model, "file": name, "bytes": len(content), **kept}
        )
        said = read_voice_note(content)
        if said is None or not name.endswith((".ogg", ".oga", ".opus")):
            raise Problem(400, "Audio file might be corrupted or unsupported", "invalid_value", "file")
        await asyncio.sleep(self.office.plan.seconds)
        manner, text = self.office.next_answer(), self.office.plan.transcript or said[0]
        if manner == "empty":
            text = ""
        return await self._send(
            {
                "text": text if manner != "invented" else "thank you for watching",
                "languages": [{"code": "pt" if manner != "invented" else "en"}],
                "usage": {"type": "duration", "seconds": said[1]},
            }
        )

    async def list_models(self, _request: Request) -> Response:
        return answer({"object": "list", "data": [self._model(name) for name in _models()]})

    async def show_model(self, request: Request) -> Response:
        name = request.path_params["id"]
        if name not in _models():
            raise Problem(404, f"The model '{name}' does not exist", "model_not_found", "model")
        return answer(self._model(name), headers=name_request())

    def _model(self, name: str) -> dict[str, Any]:
        ends = self.office.plan.shutdown_date or OLD.get(name)
        return {"id": name, "object": "model", "created": 1, "owned_by": "sandbox", "shutdown_date": ends}

    def _check_model(self, model: str, known: tuple[str, ...]) -> None:
        if model not in {*known, *OLD}:
            raise Problem(404, f"The model '{model}' does not exist", "model_not_found", "model")

    async def _read(self, request: Request) -> dict[str, Any]:
        body = await read_json(request)
        self._check_model(str(body.get("model")), READERS)
        self.office.requests.append({"path": request.url.path.removeprefix("/openai"), **body})
        await asyncio.sleep(self.office.plan.seconds)
        return body

    def _usage(self, body: dict[str, Any], text: str) -> dict[str, Any]:
        """Count tokens by length; a long prefix that was seen before comes from the cache."""
        prefix = json.dumps([body.get("instructions"), body.get("text"), body.get("prompt_cache_key")])
        asked = (len(prefix) + len(json.dumps(body.get("input", "")))) // CHARACTERS_PER_TOKEN
        mark = hashlib.sha256(prefix.encode()).hexdigest()
        steady = len(prefix) // CHARACTERS_PER_TOKEN // CACHED_STEP * CACHED_STEP
        cached = steady if mark in self.office.prefixes and steady >= CACHED_FROM else 0
        self.office.prefixes.add(mark)
        written = len(text) // CHARACTERS_PER_TOKEN + 1
        return {
            "input_tokens": asked,
            "input_tokens_details": {"cached_tokens": cached, "cache_write_tokens": 0},
            "output_tokens": written,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": asked + written,
        }

    async def _send(self, body: dict[str, Any]) -> Response:
        seconds = self.office.plan.drip_seconds
        if not seconds:
            return answer(body, headers=name_request())
        content = json.dumps({**body, "sandbox": True}).encode()
        headers = {**HEADERS, **name_request(), "content-length": str(len(content))}
        return StreamingResponse(_drip(content, seconds), 200, headers, "application/json")


async def _drip(content: bytes, seconds: float) -> AsyncIterator[bytes]:
    size = len(content) // PIECES + 1
    for start in range(0, len(content), size):
        await asyncio.sleep(seconds / PIECES)
        yield content[start : start + size]


def _models() -> tuple[str, ...]:
    return (*READERS, *LISTENERS, *OLD)


def _write(schema: dict[str, Any], words: str, manner: str) -> str:
    """Return the text of an answer in one of the manners of the plan."""
    found = extract(schema, words, manner)
    if manner == "wrong_type":
        found = dict.fromkeys(found, 7)
    text = json.dumps(found, ensure_ascii=False)
    if manner == "bad_json":
        return text.replace('"', "'")
    if manner == "fenced":
        return f"```json\n{text}\n```"
    return text[: len(text) // 2] if manner == "truncated" else text


def _last_words(asked: Any) -> str:
    """Return the last text of a conversation, without the line that introduces it."""
    if isinstance(asked, list):
        asked = asked[-1].get("content", "") if asked else ""
    if isinstance(asked, list):
        asked = asked[-1].get("text", "") if asked else ""
    _, _, rest = str(asked).partition(":\n")
    return rest or str(asked)
