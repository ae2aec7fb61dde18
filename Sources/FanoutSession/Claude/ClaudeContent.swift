internal import FanoutEvents
internal import FanoutJSON

/// Reads the content of messages: a text, or blocks of which each tells something.
enum ClaudeContent {
    /// A content's text, where it is nothing but text; several blocks of it stand below each other.
    static func text(_ content: JSONElement?) -> String? {
        guard let content else { return "" }
        if content.utf8 != nil {
            return content.string
        }
        guard var blocks = content.items else { return nil }
        var texts: [String] = []
        while let block = blocks.next() {
            guard let text = block.field("text")?.string else { return nil }
            texts.append(text)
        }
        return texts.joined(separator: "\n")
    }

    /// The bytes of a content as the model was given it: of its texts, and of what is no text in the form it was sent in.
    static func bytes(_ content: JSONElement?) -> Int64 {
        guard let content else { return 0 }
        if let utf8 = content.utf8 {
            return Int64(utf8.count)
        }
        guard var blocks = content.items else { return 0 }
        var sum: Int64 = 0
        var texts: Int64 = 0
        while let block = blocks.next() {
            if let text = block.field("text")?.utf8 {
                sum += Int64(text.count)
                texts += 1
            } else if let data = block.field("source")?.field("data")?.utf8 {
                sum += Int64(data.count)
            }
        }
        return sum + max(0, texts - 1)
    }

    /// What a content begins with.
    static func head(_ content: JSONElement?, bytes: Int = 400) -> String {
        let text =
            content?.utf8
            ?? content?.items.flatMap { items in
                var items = items
                while let block = items.next() {
                    if let text = block.field("text")?.utf8 { return text }
                }
                return nil
            }
        return text.map { String(decoding: $0.prefix(bytes), as: UTF8.self) } ?? ""
    }

    /// A content as a result: its text, or its blocks as they stand.
    static func json(_ content: JSONElement?) -> JSONText {
        if let text = text(content) {
            return JSONText(string: text)
        }
        return content.map { JSONText(JSONValue($0)) } ?? .elided
    }

    /// The arguments of a call. A program that sends none means an empty object.
    static func arguments(_ block: JSONElement, withPayloads: Bool) -> JSONText {
        guard withPayloads else { return .elided }
        return JSONText(block.field("input").map { JSONValue($0) } ?? .object([:]))
    }

    /// What the model wrote in a block; nil where it is another kind of block, or nothing stands in it.
    static func output(_ block: JSONElement) -> (kind: Event.OutputKind, text: JSONElement)? {
        guard let type = block.field("type") else { return nil }
        if type.isString("text"), let text = block.field("text"), text.utf8?.isEmpty == false {
            return (.text, text)
        }
        if type.isString("thinking"), let text = block.field("thinking"), text.utf8?.isEmpty == false {
            return (.reasoning, text)
        }
        return nil
    }

    /// Whether a block is a call, whoever carries it out.
    static func isCall(_ block: JSONElement) -> Bool {
        guard let type = block.field("type") else { return false }
        return type.isString("tool_use") || type.isString("server_tool_use") || type.isString("mcp_tool_use")
    }

    /// The call that a block is the result of.
    static func answered(_ block: JSONElement) -> String? { block.field("tool_use_id")?.string }

    /// Tokens, with those that came from a cache or went into one among the input.
    static func usage(_ usage: JSONElement?) -> Event.Usage? {
        guard let usage else { return nil }
        let cached = usage.field("cache_read_input_tokens")?.integer
        let written = usage.field("cache_creation_input_tokens")?.integer ?? 0
        let input = usage.field("input_tokens")?.integer
        return Event.Usage(
            input: input.map { Int(clamping: $0.addingSaturating(cached ?? 0).addingSaturating(written)) },
            output: usage.field("output_tokens")?.integer.map { Int(clamping: $0) },
            cached: cached.map { Int(clamping: $0) })
    }

    /// How a reply ended, by the API's own word; where there is none, by whether it holds calls.
    static func finish(_ reason: String?, hasCalls: Bool) -> Event.Finish {
        switch reason {
        case nil: hasCalls ? .calls : .stop
        case "end_turn", "stop_sequence": .stop
        case "tool_use": .calls
        case "max_tokens", "model_context_window_exceeded": .length
        case "pause_turn": .paused
        case "refusal": .refused
        case .some: .other
        }
    }
}

extension Int64 {
    /// The sum, or the nearest number there is.
    func addingSaturating(_ other: Int64) -> Int64 {
        let (sum, isOver) = addingReportingOverflow(other)
        return isOver ? (other > 0 ? .max : .min) : sum
    }

    /// The product, or the nearest number there is.
    func multiplyingSaturating(_ other: Int64) -> Int64 {
        let (product, isOver) = multipliedReportingOverflow(by: other)
        return isOver ? ((self < 0) == (other < 0) ? .max : .min) : product
    }
}
