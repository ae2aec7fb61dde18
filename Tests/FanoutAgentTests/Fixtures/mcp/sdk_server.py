#!/usr/bin/env python3
"""A server written with the official SDK: over stdio, or, with `http`, on a free port of loopback that it prints first."""
import asyncio
import socket
import sys

try:
    from mcp.server.mcpserver import Context, MCPServer
except ImportError:
    # Before version 2.
    from mcp.server.fastmcp import Context, FastMCP as MCPServer


def port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


async def count(n: int, ctx: Context) -> str:
    """Counts, and tells how far it is."""
    for step in range(1, n + 1):
        await ctx.report_progress(step, n, f"step {step}")
    return f"counted {n}"


let_go = asyncio.Event()


async def hang(ctx: Context) -> str:
    """Waits for what never comes."""
    await ctx.report_progress(0, 1, "waiting")
    try:
        await asyncio.Event().wait()
    finally:
        let_go.set()
    return "never"


async def released() -> str:
    """Waits until a call that hangs has been let go."""
    await let_go.wait()
    return "it was"


def tools(server):
    server.tool()(count)
    server.tool()(hang)
    server.tool()(released)
    return server


if sys.argv[1:] == ["http"]:
    chosen = port()
    print(chosen, flush=True)
    try:
        tools(MCPServer("sdk")).run("streamable-http", port=chosen)
    except TypeError:
        tools(MCPServer("sdk", port=chosen)).run("streamable-http")
else:
    tools(MCPServer("sdk")).run("stdio")
