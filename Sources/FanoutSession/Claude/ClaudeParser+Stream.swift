internal import FanoutEvents
internal import FanoutJSON

// What only the stream of `stream-json` tells: replies piece by piece, tasks, and how it all ended.

extension ClaudeParser {
    /// A piece of a reply, in the API's own form.
    func takePiece(_ receiver: inout some EventReceiver) {
        guard let event = fields[.event], let type = event.field("type") else { return }
        let thread = thread()
        if type.isString("message_start") {
            guard let message = event.field("message"), let id = message.field("id")?.fingerprint else { return }
            let wait = fields[.firstTokenDelay]?.double.flatMap { (0..<1e9).contains($0) ? Int64($0 * 1000) : nil }
            if thread.reply?.message != id, thread.reply?.message != nil || thread.reply?.isOver ?? true {
                endReply(thread, &receiver)
                let asked = asking ?? wait.map { now - $0 } ?? now
                begin(thread, at: min(asked, now), .inferred, model: message.field("model")?.string, &receiver)
            }
            asking = nil
            meet(thread, message: id, model: message.field("model")?.string, &receiver)
            thread.change { reply in
                reply.isStreamed = true
                reply.usage = ClaudeContent.usage(message.field("usage"))
                reply.last = max(reply.last, now)
            }
            return
        }
        guard let reply = thread.reply, reply.isStreamed, !reply.isOver else { return }
        thread.reply?.last = max(reply.last, now)
        if type.isString("content_block_start"), let block = event.field("content_block"), ClaudeContent.isCall(block) {
            guard let call = block.field("id")?.string, session.calls[call] == nil, !session.hasEnded(call) else { return }
            let place = place(of: call, thread)
            let announced = Event.CallAnnounced(turn: reply.turn, call: call, name: block.field("name")?.string, index: place)
            post(.callAnnounced(announced), of: thread, approx: approx, &receiver)
        } else if type.isString("content_block_delta"), let delta = event.field("delta") {
            if let text = delta.field("text"), text.utf8?.isEmpty == false {
                say(.text, text, thread, .piece, &receiver)
            } else if let text = delta.field("thinking"), text.utf8?.isEmpty == false {
                say(.reasoning, text, thread, .piece, &receiver)
            }
        } else if type.isString("message_delta") {
            thread.reply?.reason = event.field("delta")?.field("stop_reason")?.string ?? reply.reason
            thread.reply?.offset = lineOffset
            merge(ClaudeContent.usage(event.field("usage")), thread)
        } else if type.isString("message_stop") {
            thread.reply?.isEndMeasured = true
            endReply(thread, &receiver, approx)
        } else if type.isString("error") {
            let error = event.field("error")
            let finished = Event.ModelFinished(
                turn: reply.turn, request: reply.request, finish: .error,
                error: CallError(
                    CallError.Kind(rawValue: error?.field("type")?.string ?? "api_error"), error?.field("message")?.string ?? "it failed"))
            thread.reply?.isOver = true
            post(.modelFinished(finished), of: thread, approx: approx, part: .end, &receiver)
        }
    }

    /// A reply's counts grow; what is told last counts.
    private func merge(_ usage: Event.Usage?, _ thread: ClaudeThread) {
        guard let usage else { return }
        thread.change { reply in
            reply.usage = Event.Usage(
                input: usage.input ?? reply.usage?.input, output: usage.output ?? reply.usage?.output,
                cached: usage.cached ?? reply.usage?.cached)
        }
    }

    /// Tells that a reply ended when its line came.
    private func endReply(_ thread: ClaudeThread, _ receiver: inout some EventReceiver, _ approx: Event.Approximation?) {
        guard let reply = thread.reply, !reply.isOver else { return }
        thread.reply?.isOver = true
        let finished = Event.ModelFinished(
            turn: reply.turn, request: reply.request, finish: ClaudeContent.finish(reply.reason, hasCalls: !reply.places.isEmpty),
            reason: reply.reason, usage: reply.usage)
        post(.modelFinished(finished), of: thread, at: reply.last, approx: approx, part: .end, line: reply.offset, &receiver)
    }

    /// A line of the system's; false where a transcript has it too.
    func takeStatus(_ subtype: String, _ receiver: inout some EventReceiver) -> Bool {
        switch subtype {
        case "init":
            headline.model = fields.string(.model)
        case "status":
            if fields[.status]?.isString("requesting") ?? false {
                asking = instant
            }
        case "api_retry":
            let thread = thread()
            if thread.reply == nil || thread.reply?.isOver == true || thread.reply?.message != nil {
                endReply(thread, &receiver)
                begin(thread, at: min(asking ?? now, now), .inferred, model: headline.model, &receiver)
                asking = nil
            }
            fail(thread, &receiver)
        case "permission_denied":
            guard let call = fields.string(.call), let known = session.calls[call], !known.isDecided else { return true }
            session.calls[call]?.isDecided = true
            let decided = Event.CallDecided(call: call, decision: .denied, by: "the user")
            post(.callDecided(decided), agent: known.agent, approx: approx, &receiver)
        case "task_started":
            if let task = fields.string(.taskID), let call = fields.string(.call), fields[.agentType] != nil {
                session.join(task, to: call, name: fields.string(.description))
            }
        case "task_progress":
            guard let call = fields.string(.call), let known = session.calls[call] else { return true }
            let progress = Event.CallProgress(call: call, message: fields.string(.description))
            post(.callProgress(progress), agent: known.agent, approx: approx, &receiver)
        case "task_updated":
            // The one place where the end of a task is told to the millisecond.
            if let patch = fields[.patch], let end = patch.field("end_time")?.integer, (0..<1 << 50).contains(end) {
                release(call: nil, task: fields.string(.taskID), at: end * 1000 + (lag ?? 0), &receiver)
            }
        case "task_notification":
            release(call: fields.string(.call), task: fields.string(.taskID), &receiver)
        case "api_error", "compact_boundary", "stop_hook_summary", "turn_duration":
            return false
        default:
            return fields[.content] == nil
        }
        return true
    }

    /// The answer to a prompt is whole; another may follow where tasks go on in the background.
    func takeAnswer(_ receiver: inout some EventReceiver) {
        for thread in threads.values where thread.isMain {
            endReply(thread, &receiver)
        }
        let reason = fields.string(.terminalReason) ?? ""
        outcome = reason.hasPrefix("aborted") ? .cancelled : fields.flag(.isError) ? .failed : .ok
        if reason.hasPrefix("aborted"), let main = threads[""] {
            loseOpenCalls(main, &receiver)
        }
    }
}
