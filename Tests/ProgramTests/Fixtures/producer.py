import asyncio, hashlib, json, socket, sys
def say(kind, call, **fields): print(json.dumps({"type": kind, "call": call, **fields}), flush=True)
def sha256(path): return hashlib.sha256(open(path, "rb").read()).hexdigest()
def resolve(host): return socket.gethostbyname(host)
async def call(tool, argument):
    say("call.started", argument, name=tool.__name__, arguments={"of": argument})
    try: say("call.finished", argument, outcome="ok", result=await asyncio.to_thread(tool, argument))
    except OSError as error: say("call.finished", argument, outcome="failed", error={"kind": "tool_error", "message": str(error)})
async def main(): await asyncio.gather(call(resolve, "localhost"), *(call(sha256, path) for path in sys.argv[1:]))
asyncio.run(main())
