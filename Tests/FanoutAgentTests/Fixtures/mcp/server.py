#!/usr/bin/env python3
"""An MCP server over stdio that behaves as it is told: well, and in every bad way that a client must bear.

The first argument is the era that it speaks: handshake, modern, or what it does to the question which (silent, dies).
Files in its working directory are its memory from one start to the next.
"""
import json
import os
import sys
import threading

ERA = sys.argv[1] if len(sys.argv) > 1 else "handshake"
MODERN = "2026-07-28"
ROWS = 7
cancelled = []
asked = {}
waiting = threading.Event()


def write(text):
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def send(message):
    write(json.dumps({"jsonrpc": "2.0", **message}))


def answer(id, **fields):
    send({"id": id, **fields})


def result(id, text, **fields):
    body = {"content": [{"type": "text", "text": text}], **fields}
    if ERA == "modern":
        body["resultType"] = "complete"
    answer(id, result=body)


def tool(name, **annotations):
    return {"name": name, "description": f"Does {name}.", "annotations": annotations, "inputSchema": {"type": "object"}}


TOOLS = [
    tool("echo", readOnlyHint=True), tool("hang", readOnlyHint=True), tool("cancelled", readOnlyHint=True), tool("progress"), tool("die"),
    tool("fail"), tool("wrong"), tool("flood"), tool("endless"), tool("mute"), tool("ask"), tool("log"), tool("env"), tool("odd.name"),
    {"name": "no schema"}, {"name": "bad schema", "inputSchema": {"type": "object", "properties": {"a": {"type": "nonsense"}}}},
]


def page(cursor):
    start = int(cursor or 0)
    body = {"tools": TOOLS[start:start + ROWS]}
    if start + ROWS < len(TOOLS):
        body["nextCursor"] = str(start + ROWS)
    return body


def call(id, params):
    name, arguments = params["name"], params.get("arguments", {})
    token = params.get("_meta", {}).get("progressToken")
    if name == "echo":
        result(id, arguments.get("text", ""))
    elif name == "hang":
        send({"method": "notifications/progress", "params": {"progressToken": token, "progress": 0}})
    elif name == "cancelled":
        result(id, " ".join(cancelled))
    elif name == "progress":
        for step in range(1, 4):
            send({"method": "notifications/progress",
                  "params": {"progressToken": token, "progress": step, "total": 3, "message": f"step {step}"}})
        send({"method": "notifications/progress", "params": {"progressToken": "nobody's", "progress": 9}})
        result(id, "stepped")
    elif name == "die":
        sys.stderr.write("one\nlast words\n")
        sys.stderr.flush()
        os._exit(arguments.get("status", 3))
    elif name == "fail":
        result(id, "it cannot be done", isError=True)
    elif name == "wrong":
        result(id + 1000, "for somebody else")
        result(str(id), "under a text")
        result(None, "under nothing")
        result(id, "right at last")
        result(id, "once more")
    elif name == "flood":
        for number in range(arguments["count"]):
            write(f"noise {number}")
            send({"id": 10**6 + number, "result": {}})
            send({"method": "notifications/progress", "params": {"progressToken": token, "progress": number}})
            sys.stderr.write(f"chatter {number}\n")
        result(id, "dry again")
    elif name == "endless":
        block = "x" * (1 << 20)
        for _ in range(65):
            sys.stdout.write(block)
        sys.stdout.flush()
        waiting.wait()
    elif name == "mute":
        os.close(1)
        waiting.wait()
    elif name == "ask":
        for method in ["ping", "roots/list", "sampling/createMessage", "elicitation/create"]:
            asked[method] = None
            send({"id": method, "method": method, "params": {}})
        asked[None] = id
    elif name == "log":
        sys.stderr.write("to stderr\n")
        sys.stderr.flush()
        send({"method": "notifications/message", "params": {"level": "info", "logger": "fake", "data": {"n": 1}}})
        result(id, "logged")
    elif name == "env":
        result(id, f"{os.environ.get('FAKE', '')} in {os.path.basename(os.getcwd())}")
    elif name == "odd.name":
        result(id, "odd")
    else:
        answer(id, error={"code": -32602, "message": f"Unknown tool: {name}"})


def answered(message):
    """The client's answer to what was asked of it."""
    error = message.get("error")
    asked[message["id"]] = error["code"] if error else message["result"]
    if all(value is not None for value in asked.values()):
        id = asked.pop(None)
        result(id, json.dumps(asked))


def handle(message):
    method, id, params = message.get("method"), message.get("id"), message.get("params", {})
    if method is None:
        answered(message)
    elif method == "notifications/cancelled":
        cancelled.append(f"{params['requestId']}: {params['reason']}")
    elif id is None:
        pass
    elif method == "server/discover" and ERA == "silent":
        pass
    elif method == "server/discover" and ERA == "dies":
        os._exit(9)
    elif method == "server/discover" and ERA == "modern":
        answer(id, result={"supportedVersions": [MODERN], "capabilities": {"tools": {}}, "resultType": "complete"})
    elif ERA == "modern" and params.get("_meta", {}).get("io.modelcontextprotocol/protocolVersion") != MODERN:
        answer(id, error={"code": -32602, "message": "no version in _meta"})
    elif method == "initialize" and ERA != "modern":
        answer(id, result={"protocolVersion": "2025-11-25", "capabilities": {"tools": {}, "logging": {}}, "serverInfo": {"name": "fake"}})
    elif method == "logging/setLevel":
        answer(id, result={})
    elif method == "tools/list":
        answer(id, result=page(params.get("cursor")))
    elif method == "tools/call":
        call(id, params)
    else:
        answer(id, error={"code": -32601, "message": "Method not found"})


def starts():
    """Notes each start in a file, and ends at once where another file says so."""
    with open("starts", "a") as file:
        file.write(f"{os.getpid()}\n")
    if os.path.exists("refuse"):
        sys.stderr.write("refused to start\n")
        sys.exit(7)


starts()
for line in sys.stdin:
    handle(json.loads(line))
