#!/usr/bin/env python3
"""What the official packages' clients take to decode the stream of `fanout-benchmarks decode`.

    .build/venv/bin/python .dev/peers/decode.py [--n N]

One JSON object a line, for each form: the CPU of this process in ms per MB, the best of a few rounds. `cpu_ms_per_mb` is for a loop over the
events alone, `cpu_ms_per_mb_whole` for the helper that also puts the reply together, as Fanout does. Bytes come in chunks of 16 KB from a transport in memory.
"""
import argparse
import json
import time

import anthropic
import openai

try:
    import httpx2 as httpx
except ImportError:
    import httpx

CHUNK = 16_384
ROUNDS = 3


def word(number):
    return f" word{number % 977}"


def events(form, n):
    """The same events, and the same bytes, as Sources/fanout-benchmarks/Streaming.swift makes."""
    if form == "openai-chat":
        def chunk(delta, finish):
            return {
                "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1795228000, "model": "m",
                "choices": [{"index": 0, "delta": delta, "finish_reason": finish}], "usage": None}
        return [chunk({"content": word(number)}, None) for number in range(n)] + [chunk({}, "stop")]
    if form == "openai-responses":
        made = [
            {
                "type": "response.output_text.delta", "sequence_number": number, "item_id": "msg_1", "output_index": 0,
                "content_index": 0, "delta": word(number), "logprobs": []}
            for number in range(n)
        ]
        text = "".join(word(number) for number in range(n))
        said = {
            "type": "message", "id": "msg_1", "role": "assistant", "status": "completed",
            "content": [{"type": "output_text", "text": text, "annotations": []}]}
        return made + [{
            "type": "response.completed", "sequence_number": n,
            "response": {
                "id": "resp_1", "object": "response", "created_at": 1795228000, "status": "completed", "model": "m", "output": [said]}}]
    start = {
        "id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": [], "stop_reason": None, "stop_sequence": None,
        "usage": {"input_tokens": 10, "output_tokens": 1}}
    return [
        {"type": "message_start", "message": start},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        *({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": word(number)}} for number in range(n)),
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": None}, "usage": {"output_tokens": 5}},
        {"type": "message_stop"},
    ]


def stream(form, n):
    lines = []
    for event in events(form, n):
        name = "" if form == "openai-chat" else f"event: {event['type']}\n"
        lines.append(f"{name}data: {json.dumps(event, separators=(',', ':'))}\n\n")
    return ("".join(lines) + ("data: [DONE]\n\n" if form == "openai-chat" else "")).encode()


def transport(body):
    def answer(request):
        chunks = (body[at : at + CHUNK] for at in range(0, len(body), CHUNK))
        return httpx.Response(200, headers={"content-type": "text/event-stream"}, content=chunks)
    return httpx.Client(transport=httpx.MockTransport(answer))


def loops(form, body, n):
    """Two functions that decode the whole stream; each returns how many characters it read."""
    asked = [{"role": "user", "content": "go"}]
    text = sum(len(word(number)) for number in range(n))
    if form == "anthropic-messages":
        client = anthropic.Anthropic(api_key="k", base_url="http://loopback", http_client=transport(body))

        def plain():
            told = client.messages.create(model="m", max_tokens=9, messages=asked, stream=True)
            return sum(len(event.delta.text) for event in told if event.type == "content_block_delta")

        def whole():
            with client.messages.stream(model="m", max_tokens=9, messages=asked) as told:
                return len(told.get_final_text())
    elif form == "openai-chat":
        client = openai.OpenAI(api_key="k", base_url="http://loopback", http_client=transport(body))

        def plain():
            told = client.chat.completions.create(model="m", messages=asked, stream=True)
            return sum(len(chunk.choices[0].delta.content or "") for chunk in told)

        def whole():
            with client.chat.completions.stream(model="m", messages=asked) as told:
                return len(told.get_final_completion().choices[0].message.content)
    else:
        client = openai.OpenAI(api_key="k", base_url="http://loopback", http_client=transport(body))

        def plain():
            told = client.responses.create(model="m", input=asked, stream=True)
            return sum(len(event.delta) for event in told if event.type == "response.output_text.delta")

        # Its helper wants an opening event that the stream of the benchmark does not have.
        whole = None
    return text, plain, whole


def measure(loop, text):
    best = None
    for _ in range(ROUNDS):
        start = time.process_time()
        count = loop()
        took = time.process_time() - start
        if count != text:
            raise SystemExit(f"decode.py: {count} characters of {text} were read")
        best = took if best is None else min(best, took)
    return best * 1000


parser = argparse.ArgumentParser()
parser.add_argument("--n", type=int, default=20_000)
n = parser.parse_args().n
for form in ("openai-chat", "openai-responses", "anthropic-messages"):
    body = stream(form, n)
    megabytes = len(body) / 1e6
    text, plain, whole = loops(form, body, n)
    figures = {"benchmark": "decode", "peer": "official package", "n": n, "form": form, "megabytes": round(megabytes, 3)}
    figures["cpu_ms_per_mb"] = round(measure(plain, text) / megabytes, 3)
    if whole:
        figures["cpu_ms_per_mb_whole"] = round(measure(whole, text) / megabytes, 3)
    print(json.dumps(figures), flush=True)
