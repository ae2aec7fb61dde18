internal import FanoutEvents
internal import FanoutJSON

// What stands in the user's role, and what the program says of itself.

extension ClaudeParser {
    /// Results of calls, prompts, and what the program tells the model.
    func takeUser(_ thread: ClaudeThread, _ receiver: inout some EventReceiver) {
        guard let content = fields[.message]?.field("content") else { return }
        guard var blocks = content.items else {
            if let text = content.string {
                take(text, .text, thread, &receiver)
            }
            return
        }
        let results = content.list.count { ClaudeContent.answered($0) != nil }
        var index = 0
        while let block = blocks.next() {
            if let call = ClaudeContent.answered(block) {
                takeResult(of: call, block, at: index, isOnly: results == 1, thread, &receiver)
            } else if let text = block.field("text")?.string {
                take(text, .block(index), thread, &receiver)
            }
            index += 1
        }
    }

    /// A text in the user's role.
    private func take(_ text: String, _ part: Part, _ thread: ClaudeThread, _ receiver: inout some EventReceiver) {
        let words = ClaudeWords(text)
        switch words {
        case .interruption:
            interrupt(thread, &receiver)
        case .taskEnd(let call, let task, let notice):
            release(call: call, task: task, &receiver)
            message("system", notice, part, thread, &receiver)
        case .notice(let notice):
            message("system", notice, part, thread, &receiver)
        case .prompt(let prompt):
            guard !isHidden else { return }
            endReply(thread, &receiver)
            let isTyped = fields[.origin]?.field("kind").map { $0.isString("human") || $0.isString("user") } ?? true
            message(isTyped ? "user" : "system", prompt, part, thread, &receiver)
            if isTyped, thread.isMain {
                title(prompt, .prompt, &receiver)
            }
        case .hidden: break
        }
    }

    /// Whether the line is meant for the model alone.
    private var isHidden: Bool { fields.flag(.isMeta) || fields.flag(.isSummary) || fields.flag(.isTranscriptOnly) }

    /// Tells what somebody said; what an agent is told stands in the arguments of the call whose work it is.
    private func message(_ role: String, _ text: String, _ part: Part, _ thread: ClaudeThread?, _ receiver: inout some EventReceiver) {
        guard thread?.isMain ?? true else { return }
        post(
            .message(Event.Message(role: role, text: options.withPayloads ? text : "")), agent: nil, approx: approx, part: part, &receiver)
    }

    /// The user broke off what went on.
    private func interrupt(_ thread: ClaudeThread, _ receiver: inout some EventReceiver) {
        guard let reply = thread.reply else { return }
        if !reply.isOver {
            if reply.message == nil || reply.isStreamed && !reply.isEndMeasured {
                thread.reply?.isOver = true
                let finished = Event.ModelFinished(
                    turn: reply.turn, request: reply.request, finish: .error, error: CallError(.interrupted, "the user broke it off"))
                post(.modelFinished(finished), of: thread, approx: approx ?? .upper, &receiver)
            } else {
                endReply(thread, &receiver)
            }
        }
        post(.turnFinished(Event.TurnFinished(turn: reply.turn, outcome: .cancelled)), of: thread, approx: approx, &receiver)
    }

    // MARK: Beside the conversation

    /// Prompts that wait, and tasks that end while they do.
    func takeQueue(_ receiver: inout some EventReceiver) {
        guard fields[.operation]?.isString("enqueue") ?? false, let text = fields.string(.content) else { return }
        if case .taskEnd(let call, let task, _) = ClaudeWords(text) {
            release(call: call, task: task, &receiver)
        }
    }

    /// A prompt that was typed while the program worked, and was handed to the model between two requests.
    func takeAttachment(_ receiver: inout some EventReceiver) {
        guard let attachment = fields[.attachment], attachment.field("type")?.isString("queued_command") ?? false,
            fields[.uuid]?.fingerprint.map({ session.isNew(line: $0) }) ?? true,
            let text = ClaudeContent.text(attachment.field("prompt"))
        else { return }
        take(text, .text, thread(), &receiver)
    }

    /// What the program says of itself.
    func takeSystem(_ receiver: inout some EventReceiver) {
        guard let subtype = fields.string(.subtype) else { return }
        if dialect == .stream, takeStatus(subtype, &receiver) { return }
        if let uuid = fields[.uuid]?.fingerprint, !session.isNew(line: uuid) { return }
        let thread = thread()
        switch subtype {
        case "api_error":
            fail(thread, &receiver)
        case "compact_boundary":
            var details: [String] = []
            if let trigger = fields[.compaction]?.field("trigger")?.string { details.append(trigger) }
            let tokens = fields[.compaction]?.field("preTokens") ?? fields[.compaction]?.field("pre_tokens")
            if let tokens = tokens?.integer { details.append("\(tokens) tokens before") }
            let marker = Event.Marker(label: "compacted", kind: .note, text: details.isEmpty ? nil : details.joined(separator: ", "))
            post(.marker(marker), of: thread, approx: approx, &receiver)
        case "stop_hook_summary", "turn_duration":
            endReply(thread, &receiver)
        default:
            guard !isHidden, let text = fields.string(.content) else { return }
            switch ClaudeWords(text) {
            case .prompt(let said), .notice(let said):
                // A command of the program itself stands here as it was typed.
                message(text.hasPrefix("<command-") ? "user" : "system", said, .text, thread, &receiver)
            case .interruption, .taskEnd, .hidden: break
            }
        }
        thread.last = instant ?? thread.last
    }

    /// A request failed, and another attempt follows.
    func fail(_ thread: ClaudeThread, _ receiver: inout some EventReceiver) {
        if thread.reply == nil || thread.reply?.isOver == true || thread.reply?.message != nil {
            endReply(thread, &receiver)
            begin(thread, at: min(thread.last ?? now, now), .inferred, model: nil, &receiver)
        }
        if let retry = thread.reply?.retry {
            startAttempt(thread, at: min(retry, now), .inferred, &receiver)
        }
        guard let reply = thread.reply else { return }
        let delay = fields[.retryDelay]?.double.flatMap { (0..<1e12).contains($0) ? Int64($0 * 1000) : nil }
        let error = ClaudeContent.failure(fields)
        let attempt = fields[.retryAttempt]?.integer.map { Int(clamping: $0) } ?? reply.attempt
        thread.reply?.attempt = attempt == .max ? attempt : attempt + 1
        thread.reply?.retry = instant.map { $0.addingSaturating(delay ?? 0) } ?? .max
        let retrying = Event.ModelRetrying(turn: reply.turn, request: reply.request, attempt: attempt, error: error, delay: delay)
        post(.modelRetrying(retrying), of: thread, approx: approx, part: .retry, &receiver)
    }
}

extension ClaudeContent {
    /// Why a request to the model failed.
    static func failure(_ fields: ClaudeFields) -> CallError {
        let error = fields[.error]
        let status = (fields[.apiErrorStatus] ?? error?.field("status"))?.integer
        // Older versions wrote the API's own answer down, two levels deep.
        let answer = error?.field("error")?.field("error") ?? error?.field("error")
        let text = error?.field("formatted")?.string ?? error?.field("message")?.string ?? answer?.field("message")?.string ?? error?.string
        var message = text ?? "no reason given"
        if let status, !message.hasPrefix("\(status)") {
            message = "\(status) \(message)"
        }
        let kind = status == nil && text == nil ? CallError.Kind.connection : CallError.Kind(rawValue: "api_error")
        return CallError(kind, message)
    }
}
