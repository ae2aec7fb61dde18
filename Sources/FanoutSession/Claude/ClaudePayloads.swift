internal import FanoutEvents
internal import FanoutJSON

/// Reads back what stands in a line of Claude Code's.
final class ClaudePayloads: PayloadReader {
    private let reader = JSONReader()
    private var fields = ClaudeFields()

    func event(in line: UnsafeBufferPointer<UInt8>, part: Int) -> Event? {
        guard let root = try? reader.read(padded: line), fields.load(root) else { return nil }
        return body(part).map { Event(t: 0, $0) }
    }

    private func body(_ part: Int) -> Event.Body? {
        let message = fields[.message]
        switch part {
        case ClaudeParser.Part.text.number: return text(message)
        case ClaudeParser.Part.end.number: return end(message)
        case ClaudeParser.Part.retry.number:
            let delay = fields[.retryDelay]?.double.flatMap { (0..<1e12).contains($0) ? Int64($0 * 1000) : nil }
            return .modelRetrying(
                Event.ModelRetrying(
                    turn: nil, request: "", attempt: fields[.retryAttempt]?.integer.map { Int(clamping: $0) },
                    error: ClaudeContent.failure(fields), delay: delay))
        case ClaudeParser.Part.piece.number:
            guard let delta = fields[.event]?.field("delta") else { return nil }
            if let text = delta.field("text")?.string { return output(.text, text) }
            return delta.field("thinking")?.string.map { output(.reasoning, $0) }
        default:
            let blocks = message?.field("content")?.list ?? []
            guard blocks.indices.contains(part) else { return nil }
            return body(of: blocks[part], results: blocks.count { ClaudeContent.answered($0) != nil })
        }
    }

    private func body(of block: JSONElement, results: Int) -> Event.Body? {
        if ClaudeContent.isCall(block) {
            return .callRequested(
                Event.CallRequested(
                    turn: nil, call: block.field("id")?.string ?? "", name: block.field("name")?.string, index: nil,
                    arguments: ClaudeContent.arguments(block, withPayloads: true)))
        }
        if let call = ClaudeContent.answered(block) {
            let detail = results == 1 && fields[.type]?.isString("user") == true ? fields[.toolResult] : nil
            return .callFinished(ClaudeResult(call: call, block: block, detail: detail, fields: fields, withPayloads: true).finished)
        }
        if fields[.type]?.isString("user") ?? false {
            return block.field("text")?.string.flatMap { said($0) }
        }
        return ClaudeContent.output(block).map { output($0.kind, $0.text.string ?? "") }
    }

    private func output(_ kind: Event.OutputKind, _ text: String) -> Event.Body {
        .modelOutput(Event.ModelOutput(turn: nil, request: "", kind: kind, text: text))
    }

    /// What the whole line says: a prompt, a notice, or a reply that is no list of blocks.
    private func text(_ message: JSONElement?) -> Event.Body? {
        if fields[.type]?.isString("assistant") ?? false {
            return message?.field("content")?.string.map { output(.text, $0) }
        }
        if let prompt = fields[.attachment]?.field("prompt") {
            return ClaudeContent.text(prompt).flatMap { said($0) }
        }
        return (message?.field("content")?.string ?? fields.string(.content)).flatMap { said($0) }
    }

    private func said(_ text: String) -> Event.Body? {
        switch ClaudeWords(text) {
        case .prompt(let text): .message(Event.Message(role: "user", text: text))
        case .notice(let text), .taskEnd(_, _, let text): .message(Event.Message(role: "system", text: text))
        case .interruption, .hidden: nil
        }
    }

    private func end(_ message: JSONElement?) -> Event.Body? {
        if fields.flag(.isAPIError) {
            let kind = fields.string(.apiErrorType) ?? fields.string(.error) ?? "api_error"
            return .modelFinished(
                Event.ModelFinished(
                    turn: nil, request: "", finish: .error, reason: fields[.apiErrorStatus]?.integer.map { String($0) },
                    error: CallError(
                        CallError.Kind(rawValue: kind), ClaudeContent.head(message?.field("content"), bytes: .max))))
        }
        if let error = fields[.event]?.field("error") {
            return .modelFinished(
                Event.ModelFinished(
                    turn: nil, request: "", finish: .error,
                    error: CallError(
                        CallError.Kind(rawValue: error.field("type")?.string ?? "api_error"), error.field("message")?.string ?? "it failed")
                ))
        }
        if let piece = fields[.event], let delta = piece.field("delta") {
            let reason = delta.field("stop_reason")?.string
            return .modelFinished(
                Event.ModelFinished(
                    turn: nil, request: "", finish: ClaudeContent.finish(reason, hasCalls: false), reason: reason,
                    usage: ClaudeContent.usage(piece.field("usage"))))
        }
        let reason = message?.field("stop_reason")?.string
        let hasCalls = message?.field("content")?.list.contains { ClaudeContent.isCall($0) } ?? false
        return .modelFinished(
            Event.ModelFinished(
                turn: nil, request: "", finish: ClaudeContent.finish(reason, hasCalls: hasCalls), reason: reason,
                usage: ClaudeContent.usage(message?.field("usage"))))
    }
}
