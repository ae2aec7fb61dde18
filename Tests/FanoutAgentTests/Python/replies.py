"""Replies as the official packages' types write them: whole, as a stream, and what they say."""
import anthropic.types as a
from openai.types import chat as c
from openai.types import responses as r
from openai.types.chat.chat_completion_chunk import Choice as ChunkChoice
from openai.types.chat.chat_completion_chunk import ChoiceDelta, ChoiceDeltaToolCall, ChoiceDeltaToolCallFunction
from openai.types.chat.chat_completion import Choice
from openai.types.chat.chat_completion_message_function_tool_call import Function
from openai.types.completion_usage import CompletionUsage, PromptTokensDetails
from openai.types.responses.response_usage import InputTokensDetails, OutputTokensDetails, ResponseUsage

SAID = 'Two \u201cquoted\u201d lines\nand an emoji \U0001f600.'
THOUGHT = "They do not depend on each other."
CALLS = [("call_1", "get_weather", '{"city":"K\u00f8benhavn \\ud83d\\ude00","days":3}'), ("call_2", "get_weather", '{"city": "Oslo"}'), ("call_3", "now", "{}")]


def pieces(text, size=5):
    return [text[at : at + size] for at in range(0, len(text), size)]


def stream(events, named):
    """As the services write them; fields that were not set are left out, nulls are not."""
    lines = []
    for event in events:
        name = f"event: {event.type}\n" if named else ""
        lines.append(f"{name}data: {event.model_dump_json(exclude_unset=True)}\n\n")
    return "".join(lines) + ("" if named else "data: [DONE]\n\n")


def chat():
    usage = CompletionUsage(prompt_tokens=120, completion_tokens=30, total_tokens=150, prompt_tokens_details=PromptTokensDetails(cached_tokens=100))
    message = c.ChatCompletionMessage(
        role="assistant", content=SAID, refusal=None,
        tool_calls=[
            c.ChatCompletionMessageFunctionToolCall(id=i, type="function", function=Function(name=n, arguments=a)) for i, n, a in CALLS
        ])
    whole = c.ChatCompletion(
        id="chatcmpl-1", object="chat.completion", created=1795228000, model="m",
        choices=[Choice(index=0, message=message, finish_reason="tool_calls", logprobs=None)], usage=usage)

    def chunk(delta=None, finish=None, usage=None):
        choices = [] if delta is None else [ChunkChoice(index=0, delta=delta, finish_reason=finish, logprobs=None)]
        return c.ChatCompletionChunk(
            id="chatcmpl-1", object="chat.completion.chunk", created=1795228000, model="m", choices=choices, usage=usage)

    events = [chunk(ChoiceDelta(role="assistant", content="", refusal=None))]
    events += [chunk(ChoiceDelta(content=piece)) for piece in pieces(SAID)]
    for index, (call, name, arguments) in enumerate(CALLS):
        opening = ChoiceDeltaToolCallFunction(name=name, arguments="")
        events.append(chunk(ChoiceDelta(tool_calls=[ChoiceDeltaToolCall(index=index, id=call, type="function", function=opening)])))
        for piece in pieces(arguments):
            function = ChoiceDeltaToolCallFunction(arguments=piece)
            events.append(chunk(ChoiceDelta(tool_calls=[ChoiceDeltaToolCall(index=index, function=function)])))
    events += [chunk(ChoiceDelta(), finish="tool_calls"), chunk(usage=usage)]
    return whole, stream(events, named=False), None, [120, 30, 100]


def responses():
    text = r.ResponseOutputText(type="output_text", text=SAID, annotations=[], logprobs=[])
    reasoning = r.ResponseReasoningItem(
        id="rs_1", type="reasoning", summary=[{"type": "summary_text", "text": THOUGHT}], encrypted_content="gAAAA")
    said = r.ResponseOutputMessage(id="msg_1", type="message", role="assistant", status="completed", content=[text])
    calls = [
        r.ResponseFunctionToolCall(id=f"fc_{i}", type="function_call", call_id=i, name=n, arguments=a, status="completed")
        for i, n, a in CALLS
    ]
    items = [reasoning, said, *calls]
    usage = ResponseUsage(
        input_tokens=120, output_tokens=30, total_tokens=150,
        input_tokens_details=InputTokensDetails(cached_tokens=100, cache_write_tokens=0),
        output_tokens_details=OutputTokensDetails(reasoning_tokens=8))

    def response(status, output, usage=None):
        return r.Response(
            id="resp_1", object="response", created_at=1795228000, model="m", status=status, output=output, usage=usage, tools=[],
            tool_choice="auto", parallel_tool_calls=True, error=None, incomplete_details=None, instructions=None, metadata={},
            temperature=1.0, top_p=1.0)

    whole = response("completed", items, usage)
    events = []

    def say(kind, **fields):
        events.append(kind(sequence_number=len(events), **fields))

    say(r.ResponseCreatedEvent, type="response.created", response=response("in_progress", []))
    say(r.ResponseInProgressEvent, type="response.in_progress", response=response("in_progress", []))
    for index, item in enumerate(items):
        place = {"output_index": index, "item_id": item.id}
        if item.type == "reasoning":
            say(r.ResponseOutputItemAddedEvent, type="response.output_item.added", output_index=index, item=item.model_copy(update={"summary": []}))
            for piece in pieces(THOUGHT):
                say(r.ResponseReasoningSummaryTextDeltaEvent, type="response.reasoning_summary_text.delta", summary_index=0, delta=piece, **place)
            say(r.ResponseReasoningSummaryTextDoneEvent, type="response.reasoning_summary_text.done", summary_index=0, text=THOUGHT, **place)
        elif item.type == "message":
            opening = item.model_copy(update={"content": [], "status": "in_progress"})
            part = r.ResponseOutputText(type="output_text", text="", annotations=[], logprobs=[])
            say(r.ResponseOutputItemAddedEvent, type="response.output_item.added", output_index=index, item=opening)
            say(r.ResponseContentPartAddedEvent, type="response.content_part.added", content_index=0, part=part, **place)
            for piece in pieces(SAID):
                say(r.ResponseTextDeltaEvent, type="response.output_text.delta", content_index=0, delta=piece, logprobs=[], **place)
            say(r.ResponseTextDoneEvent, type="response.output_text.done", content_index=0, text=SAID, logprobs=[], **place)
            say(r.ResponseContentPartDoneEvent, type="response.content_part.done", content_index=0, part=text, **place)
        else:
            opening = item.model_copy(update={"arguments": "", "status": "in_progress"})
            say(r.ResponseOutputItemAddedEvent, type="response.output_item.added", output_index=index, item=opening)
            for piece in pieces(item.arguments):
                say(r.ResponseFunctionCallArgumentsDeltaEvent, type="response.function_call_arguments.delta", delta=piece, **place)
            say(
                r.ResponseFunctionCallArgumentsDoneEvent, type="response.function_call_arguments.done", arguments=item.arguments, **place)
        say(r.ResponseOutputItemDoneEvent, type="response.output_item.done", output_index=index, item=item)
    say(r.ResponseCompletedEvent, type="response.completed", response=whole)
    return whole, stream(events, named=True), THOUGHT, [120, 30, 100]


def messages():
    import json

    blocks = [
        a.ThinkingBlock(type="thinking", thinking=THOUGHT, signature="c2ln"),
        a.TextBlock(type="text", text=SAID, citations=None),
        *(a.ToolUseBlock(type="tool_use", id=i, name=n, input=json.loads(given)) for i, n, given in CALLS),
    ]
    usage = a.Usage(input_tokens=20, output_tokens=30, cache_read_input_tokens=100, cache_creation_input_tokens=0)
    whole = a.Message(
        id="msg_1", type="message", role="assistant", model="m", content=blocks, stop_reason="tool_use", stop_sequence=None, usage=usage)
    opening = whole.model_copy(
        update={"content": [], "stop_reason": None, "usage": usage.model_copy(update={"output_tokens": 1})})
    events = [a.RawMessageStartEvent(type="message_start", message=opening)]
    for index, block in enumerate(blocks):
        if block.type == "thinking":
            start = block.model_copy(update={"thinking": "", "signature": ""})
            deltas = [a.ThinkingDelta(type="thinking_delta", thinking=piece) for piece in pieces(THOUGHT)]
            deltas.append(a.SignatureDelta(type="signature_delta", signature="c2ln"))
        elif block.type == "text":
            start = block.model_copy(update={"text": ""})
            deltas = [a.TextDelta(type="text_delta", text=piece) for piece in pieces(SAID)]
        else:
            start = block.model_copy(update={"input": {}})
            given = next(given for call, _, given in CALLS if call == block.id)
            deltas = [a.InputJSONDelta(type="input_json_delta", partial_json=piece) for piece in ["", *pieces(given)]]
        events.append(a.RawContentBlockStartEvent(type="content_block_start", index=index, content_block=start))
        events += [a.RawContentBlockDeltaEvent(type="content_block_delta", index=index, delta=delta) for delta in deltas]
        events.append(a.RawContentBlockStopEvent(type="content_block_stop", index=index))
    events.append(
        a.RawMessageDeltaEvent(
            type="message_delta", delta={"stop_reason": "tool_use", "stop_sequence": None}, usage=a.MessageDeltaUsage(output_tokens=30)))
    events.append(a.RawMessageStopEvent(type="message_stop"))
    # What came out of the cache is input too.
    return whole, stream(events, named=True), THOUGHT, [120, 30, 100]


def replies():
    made = []
    for form, make in (("openai-chat", chat), ("openai-responses", responses), ("anthropic-messages", messages)):
        whole, streamed, reasoning, usage = make()
        made.append({
            "form": form, "whole": whole.model_dump_json(exclude_unset=True), "stream": streamed, "text": SAID, "reasoning": reasoning,
            "calls": [list(call) for call in CALLS], "usage": usage})
    return made
