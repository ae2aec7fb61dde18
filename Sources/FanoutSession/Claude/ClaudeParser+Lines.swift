internal import FanoutEvents
internal import FanoutJSON

// Which line is whose, and what is made of it.

extension ClaudeParser {
    /// Takes the line whose fields are loaded.
    func take(_ receiver: inout some EventReceiver) {
        guard let type = fields[.type] else { return }
        if type.isString("assistant") {
            guard let thread = threadOfNewLine(&receiver) else { return }
            takeReply(thread, &receiver)
            thread.last = instant ?? thread.last
        } else if type.isString("user") {
            guard let thread = threadOfNewLine(&receiver) else { return }
            takeUser(thread, &receiver)
            thread.last = instant ?? thread.last
        } else if type.isString("system") {
            takeSystem(&receiver)
        } else if type.isString("stream_event") {
            takePiece(&receiver)
        } else if type.isString("result") {
            takeAnswer(&receiver)
        } else if type.isString("api-request") {
            takeRequest(&receiver)
        } else if type.isString("queue-operation") {
            takeQueue(&receiver)
        } else if type.isString("attachment") {
            takeAttachment(&receiver)
        } else if type.isString("summary") {
            title(fields.string(.title), .summary, &receiver)
        } else if type.isString("ai-title") {
            title(fields.string(.title), .generated, &receiver)
        } else if type.isString("custom-title") {
            title(fields.string(.title), .chosen, &receiver)
        }
    }

    /// The conversation that a line belongs to; nil for a line that was taken already.
    private func threadOfNewLine(_ receiver: inout some EventReceiver) -> ClaudeThread? {
        guard let uuid = fields[.uuid]?.fingerprint else { return thread() }
        guard session.isNew(line: uuid) else { return nil }
        let thread = thread()
        if dialect == .transcript, fields.flag(.isSidechain), fields[.agent] == nil {
            sidechains[uuid] = sidechain()
        }
        return thread
    }

    func thread() -> ClaudeThread {
        guard let agent = lineAgent() else { return thread(nil) }
        if let call = fields.string(.parentCall) {
            session.join(agent, to: call, name: fields.string(.agentDescription) ?? fields.string(.agentType))
        } else if fields[.type]?.isString("user") ?? false, session.agents[agent]?.parent == nil, let prompt = promptFingerprint {
            session.join(agent, byPrompt: prompt)
        }
        return thread(agent)
    }

    /// The conversation of an agent, or of the user with the program.
    func thread(_ agent: String?) -> ClaudeThread {
        let known = threads[agent ?? ""] ?? ClaudeThread(isMain: agent == nil)
        threads[agent ?? ""] = known
        if let agent {
            known.agent = session.agents[agent]?.name ?? agent
            known.parent = session.agents[agent]?.parent
        }
        return known
    }

    /// The id of the agent that a line is of; nil for the one that the user talks to.
    private func lineAgent() -> String? {
        if let agent = fields.string(.agent) ?? agentID { return agent }
        if let call = fields.string(.parentCall) { return call }
        guard dialect == .transcript, fields.flag(.isSidechain) else { return nil }
        return sidechain()
    }

    /// The agent of a line that older versions kept in the main file: of the line it follows, or a new one.
    private func sidechain() -> String? {
        if let parent = fields[.parent]?.fingerprint, let known = sidechains[parent] {
            return known
        }
        guard let uuid = fields[.uuid]?.fingerprint else { return "sidechain" }
        return "sidechain-" + String(uuid, radix: 36)
    }

    /// What tells the text of a message from others.
    private var promptFingerprint: UInt64? {
        guard let content = fields[.message]?.field("content") else { return nil }
        if let fingerprint = content.fingerprint { return fingerprint }
        guard var blocks = content.items, let first = blocks.next() else { return nil }
        return first.field("text")?.fingerprint
    }

    // MARK: The model's side

    /// A request to the model leaves.
    private func takeRequest(_ receiver: inout some EventReceiver) {
        guard let id = fields[.id]?.fingerprint, instant != nil, approx == nil else { return }
        let thread = thread()
        thread.requests.append((id, now))
        if thread.requests.count > ClaudeThread.mostRequests {
            thread.requests.removeFirst()
        }
        // The program also asks models for titles and the like, of which nothing is said.
        let purpose = fields.string(.querySource) ?? ""
        guard purpose == "sdk" || purpose.hasPrefix("repl_main_thread") || purpose.hasPrefix("agent:") else { return }
        if let reply = thread.reply, !reply.isOver, reply.message == nil {
            // The same request again, after a failure that was told, or one that was not.
            startAttempt(thread, at: now, nil, &receiver)
        } else {
            endReply(thread, &receiver)
            begin(thread, at: now, nil, model: fields[.params]?.field("model")?.string, &receiver)
        }
    }

    /// Begins a turn with its request to the model.
    func begin(
        _ thread: ClaudeThread, at t: Int64, _ approx: Event.Approximation?, model: String?, _ receiver: inout some EventReceiver
    ) {
        loseOpenCalls(thread, &receiver)
        let turn = session.nextTurn()
        let request = "r\(turn)"
        thread.reply = ClaudeThread.Reply(turn: turn, request: request, last: t)
        post(.turnStarted(Event.TurnStarted(turn: turn, parent: thread.parent)), of: thread, at: t, approx: approx, &receiver)
        post(
            .modelStarted(Event.ModelStarted(turn: turn, request: request, provider: "anthropic", model: model)), of: thread, at: t,
            approx: approx,
            &receiver)
    }

    /// The next attempt of a request that failed begins.
    func startAttempt(_ thread: ClaudeThread, at t: Int64, _ approx: Event.Approximation?, _ receiver: inout some EventReceiver) {
        guard let reply = thread.reply, reply.retry != nil else { return }
        thread.reply?.retry = nil
        thread.reply?.last = max(reply.last, t)
        post(.modelStarted(Event.ModelStarted(turn: reply.turn, request: reply.request)), of: thread, at: t, approx: approx, &receiver)
    }

    /// Takes up the reply that a line is of, which may be a new one.
    func meet(_ thread: ClaudeThread, message: UInt64, model: String?, _ receiver: inout some EventReceiver) {
        if thread.reply?.message == message { return }
        let requested = fields[.requestRef]?.fingerprint.flatMap { ref in thread.requests.first { $0.id == ref }?.t }
        if let reply = thread.reply, reply.message == nil, !reply.isOver {
            if let retry = reply.retry {
                startAttempt(thread, at: min(retry, now), .inferred, &receiver)
            }
        } else {
            endReply(thread, &receiver)
            // Where no line tells of the request, it left no earlier than the line before.
            begin(thread, at: requested ?? min(thread.last ?? now, now), requested == nil ? .inferred : nil, model: model, &receiver)
        }
        thread.reply?.message = message
        thread.requests = []
    }

    /// A line of a reply: one of its blocks, or several.
    private func takeReply(_ thread: ClaudeThread, _ receiver: inout some EventReceiver) {
        guard let message = fields[.message] else { return }
        let model = message.field("model")
        if fields.flag(.isAPIError) {
            return failReply(thread, message, &receiver)
        }
        // What the program says in the model's name when there was nothing to ask.
        guard model?.isString("<synthetic>") != true else { return }
        let id = message.field("id")?.fingerprint ?? fields[.uuid]?.fingerprint ?? 0
        meet(thread, message: id, model: model?.string, &receiver)
        let reason = message.field("stop_reason")?.string
        var usage = ClaudeContent.usage(message.field("usage"))
        if dialect == .stream, reason == nil {
            // It was counted when the reply began.
            usage?.output = nil
        }
        thread.change { reply in
            if !reply.isStreamed || reason != nil {
                reply.reason = reason ?? reply.reason
                reply.usage = usage ?? reply.usage
            }
            reply.offset = lineOffset
            reply.last = max(reply.last, now)
        }
        guard var blocks = message.field("content")?.items else {
            // A text that is no list of blocks.
            if let text = message.field("content"), let utf8 = text.utf8, !utf8.isEmpty {
                say(.text, text, thread, .text, &receiver)
            }
            return
        }
        var index = 0
        while let block = blocks.next() {
            takeBlock(block, at: index, thread, &receiver)
            index += 1
        }
    }

    private func takeBlock(_ block: JSONElement, at index: Int, _ thread: ClaudeThread, _ receiver: inout some EventReceiver) {
        if ClaudeContent.isCall(block) {
            thread.reply?.endsWithCall = true
            takeCall(block, at: index, thread, &receiver)
        } else if let call = ClaudeContent.answered(block) {
            takeResult(of: call, block, at: index, isOnly: false, thread, &receiver)
        } else if let (kind, text) = ClaudeContent.output(block) {
            thread.reply?.endsWithCall = false
            if thread.reply?.isStreamed != true {
                say(kind, text, thread, .block(index), &receiver)
            }
        }
    }

    /// What the model wrote.
    func say(_ kind: Event.OutputKind, _ text: JSONElement, _ thread: ClaudeThread, _ part: Part, _ receiver: inout some EventReceiver) {
        guard let reply = thread.reply else { return }
        let words = options.withPayloads ? text.string ?? "" : ""
        // What comes after an end that was told too early belongs before it all the same.
        post(
            .modelOutput(Event.ModelOutput(turn: reply.turn, request: reply.request, kind: kind, text: words)), of: thread,
            at: reply.isOver ? min(now, reply.last - 1) : nil, approx: approx, part: part, &receiver)
    }

    /// The program gave up asking.
    private func failReply(_ thread: ClaudeThread, _ message: JSONElement, _ receiver: inout some EventReceiver) {
        if thread.reply == nil || thread.reply?.isOver == true || thread.reply?.message != nil {
            endReply(thread, &receiver)
            begin(thread, at: min(thread.last ?? now, now), .inferred, model: nil, &receiver)
        }
        guard let reply = thread.reply else { return }
        thread.reply?.isOver = true
        thread.reply?.last = now
        let kind = fields.string(.apiErrorType) ?? fields.string(.error) ?? "api_error"
        let text = ClaudeContent.head(message.field("content"), bytes: options.withPayloads ? .max : 200)
        let finished = Event.ModelFinished(
            turn: reply.turn, request: reply.request, finish: .error, reason: fields[.apiErrorStatus]?.integer.map { String($0) },
            error: CallError(CallError.Kind(rawValue: kind), text))
        post(.modelFinished(finished), of: thread, approx: approx, part: .end, &receiver)
    }

    /// Tells how a reply ended, where it was not told yet.
    func endReply(_ thread: ClaudeThread, _ receiver: inout some EventReceiver) {
        guard let reply = thread.reply, !reply.isOver else { return }
        thread.reply?.isOver = true
        let hasAnswer = reply.message != nil
        let finished = Event.ModelFinished(
            turn: reply.turn, request: reply.request,
            finish: hasAnswer ? ClaudeContent.finish(reply.reason, hasCalls: !reply.places.isEmpty) : .other, reason: reply.reason,
            usage: reply.usage)
        // The last block was whole then; what closed the reply came no earlier.
        let approx: Event.Approximation? = !hasAnswer ? .inferred : reply.isEndMeasured ? nil : .lower
        post(.modelFinished(finished), of: thread, at: reply.last, approx: approx, part: .end, line: reply.offset, &receiver)
    }

    /// Tells the ends of replies of which mostly nothing more comes, so that one who watches does not see them go on until the next line.
    func settle(_ receiver: inout some EventReceiver) {
        for key in threads.keys.sorted() {
            guard let thread = threads[key], let reply = thread.reply, !reply.isOver, reply.message != nil, !reply.isStreamed,
                reply.reason != nil || reply.endsWithCall
            else { continue }
            endReply(thread, &receiver)
        }
    }
}
