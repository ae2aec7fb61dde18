"""Holds what Fanout sends, and what its test server says, against the official `openai` and `anthropic` packages.

The tests listen at the URL that is its one argument. It posts there the `replies` that it makes out of the packages' types, and is answered with

    requests  [{name, form, body}]           bodies as Fanout sends them
    streams   [{name, form, stream, whole}]  replies as the tests' own server sends them
    servers   [{form, base_url}]             where that server waits for the official clients

Then it posts, by name or form, null or what the packages' types have against each of the first two, and what the clients made of a whole reply and of
a streamed one.
"""
import json
import os
import sys
import typing
import urllib.request

# A request's lists are of type Iterable, which pydantic looks into only as somebody walks them; as lists they are checked at once.
iterable, typing.Iterable = typing.Iterable, typing.List
import anthropic.types
import anthropic.types.message_create_params
import openai.types.chat.completion_create_params
import openai.types.responses.response_create_params
typing.Iterable = iterable

for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
    os.environ.pop(name, None)

import anthropic
import openai
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from openai.types.responses import Response, ResponseStreamEvent
from pydantic import BaseModel, TypeAdapter
from typing_extensions import is_typeddict

STRICT = {"extra": "forbid", "strict": True}


def forbid_unknown_keys(package):
    """So that a key which a type does not name counts as wrong, in requests and in replies."""
    models = {}
    for name, module in list(sys.modules.items()):
        if module is None or not name.startswith(package + ".types"):
            continue
        for value in list(vars(module).values()):
            if is_typeddict(value):
                # What is a file in Python has no JSON form, and no request of ours has one.
                value.__pydantic_config__ = {**STRICT, "arbitrary_types_allowed": True}
            elif isinstance(value, type) and issubclass(value, BaseModel) and value.__module__.startswith(package + ".types"):
                value.model_config = {**value.model_config, "extra": "forbid"}
                models[value] = None
    for model in models:
        model.model_rebuild(force=True, raise_errors=False)


for package in ("openai", "anthropic"):
    forbid_unknown_keys(package)

REQUESTS = {
    "openai-chat": openai.types.chat.completion_create_params.CompletionCreateParams,
    "openai-responses": openai.types.responses.response_create_params.ResponseCreateParams,
    "anthropic-messages": anthropic.types.message_create_params.MessageCreateParams,
}
WHOLE = {"openai-chat": ChatCompletion, "openai-responses": Response, "anthropic-messages": anthropic.types.Message}
EVENT = {
    "openai-chat": ChatCompletionChunk,
    "openai-responses": ResponseStreamEvent,
    "anthropic-messages": anthropic.types.RawMessageStreamEvent,
}
adapters = {}


def objection(kind, value):
    """What a type has against a value, shortened; None where it takes it."""
    adapter = adapters.setdefault(id(kind), TypeAdapter(kind))
    try:
        adapter.validate_json(json.dumps(value), strict=True)
    except Exception as error:
        return str(error)[:2000]
    return None


def events(stream):
    """The data of server-sent events, one a block."""
    for block in stream.replace("\r\n", "\n").split("\n\n"):
        data = "\n".join(line[5:].lstrip() for line in block.split("\n") if line.startswith("data:"))
        if data and data != "[DONE]":
            yield json.loads(data)


def reply_objection(case):
    if (wrong := objection(WHOLE[case["form"]], case["whole"])) is not None:
        return "whole: " + wrong
    for number, event in enumerate(events(case["stream"])):
        if (wrong := objection(EVENT[case["form"]], event)) is not None:
            return f"event {number} {json.dumps(event)[:300]}: {wrong}"
    return None


# MARK: The official clients

PROMPT = [{"role": "user", "content": "go"}]
TOOLS = ("look", "change")


def chat(base_url):
    client = openai.OpenAI(api_key="sk-secret", base_url=base_url, max_retries=0)
    asked = dict(model="m", messages=PROMPT, tools=[{"type": "function", "function": {"name": name}} for name in TOOLS])

    def told(completion):
        choice = completion.choices[0]
        calls = choice.message.tool_calls or []
        return [choice.message.content, [[c.id, c.function.name, c.function.arguments] for c in calls], choice.finish_reason]

    whole = told(client.chat.completions.create(**asked))
    with client.chat.completions.stream(**asked) as stream:
        for _ in stream:
            pass
        return [whole, told(stream.get_final_completion())]


def responses(base_url):
    client = openai.OpenAI(api_key="sk-secret", base_url=base_url, max_retries=0)
    parameters = {"type": "object", "properties": {}}
    asked = dict(
        model="m", input=PROMPT, tools=[{"type": "function", "name": name, "parameters": parameters, "strict": False} for name in TOOLS])

    def told(response):
        calls = [item for item in response.output if item.type == "function_call"]
        return [response.output_text, [[c.call_id, c.name, c.arguments] for c in calls], response.status]

    whole = told(client.responses.create(**asked))
    with client.responses.stream(**asked) as stream:
        for _ in stream:
            pass
        return [whole, told(stream.get_final_response())]


def messages(base_url):
    client = anthropic.Anthropic(api_key="sk-secret", base_url=base_url, max_retries=0)
    asked = dict(
        model="m", max_tokens=100, messages=PROMPT, tools=[{"name": name, "input_schema": {"type": "object"}} for name in TOOLS])

    def told(message):
        text = "".join(block.text for block in message.content if block.type == "text")
        calls = [block for block in message.content if block.type == "tool_use"]
        return [text, [[c.id, c.name, json.dumps(c.input, ensure_ascii=False)] for c in calls], message.stop_reason]

    whole = told(client.messages.create(**asked))
    with client.messages.stream(**asked) as stream:
        for _ in stream:
            pass
        return [whole, told(stream.get_final_message())]


CLIENTS = {"openai-chat": chat, "openai-responses": responses, "anthropic-messages": messages}


def client_verdict(form, base_url):
    try:
        return CLIENTS[form](base_url)
    except Exception as error:
        return f"{type(error).__name__}: {error}"[:2000]


# MARK: Replies out of the packages' types

from replies import replies  # noqa: E402


def post(url, value):
    # No proxy that the environment names may come between.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(urllib.request.Request(url, data=json.dumps(value).encode(), method="POST"), timeout=60) as answer:
        return json.load(answer)


def main(url):
    asked = post(url, replies())
    post(url, {
        "requests": {case["name"]: objection(REQUESTS[case["form"]], case["body"]) for case in asked["requests"]},
        "streams": {case["name"]: reply_objection(case) for case in asked["streams"]},
        "servers": {case["form"]: client_verdict(case["form"], case["base_url"]) for case in asked["servers"]},
    })


main(sys.argv[1])
