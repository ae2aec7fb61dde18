internal import FanoutEvents
internal import FanoutJSON

/// How a call ended, as the line of its result tells.
struct ClaudeResult {
    /// Bytes of an error's text that are taken along where payloads are left in place.
    private static let brief = 200

    var finished: Event.CallFinished
    /// Who refused it, where somebody did.
    var deniedBy: String?
    /// Whether nothing ran.
    var neverRan = false
    /// The task that goes on in the background.
    var task: String?
    /// The agent whose work it was.
    var agent: String?

    /// - Parameters:
    ///   - block: The result as the model was given it.
    ///   - detail: What the tool itself returned, where the line tells that of this call.
    ///   - fields: The rest of the line.
    init(call: String, block: JSONElement, detail: JSONElement?, fields: ClaudeFields, withPayloads: Bool) {
        let content = block.field("content")
        finished = Event.CallFinished(call: call, outcome: .ok)
        finished.bytes = ClaudeContent.bytes(content)
        finished.run = Self.run(detail)
        task = detail?.field("backgroundTaskId")?.string
        agent = detail?.field("agentId")?.string
        if task == nil, let status = detail?.field("status"), status.isString("async_launched") || status.isString("remote_launched") {
            task = agent ?? ""
        }
        finished.detached = task != nil
        if block.field("is_error")?.bool == true || Self.isErrorBlock(content) {
            let error = fault(call, content, detail, fields, withPayloads)
            finished.error = error
            finished.outcome = error.kind.outcome
        } else if detail?.field("interrupted")?.bool == true {
            finished.error = CallError(.interrupted, "it was interrupted")
            finished.outcome = .cancelled
            finished.result = withPayloads ? ClaudeContent.json(content) : .elided
        } else {
            finished.result = withPayloads ? ClaudeContent.json(content) : .elided
        }
    }

    /// A tool of the API's own, such as its web search, fails with a block in place of its result.
    private static func isErrorBlock(_ content: JSONElement?) -> Bool {
        guard let type = content?.field("type")?.string else { return false }
        return type.hasSuffix("_error")
    }

    /// The run time that the tool itself measured, in microseconds.
    private static func run(_ detail: JSONElement?) -> Int64? {
        guard let detail, let length = detail.field("durationMs") ?? detail.field("totalDurationMs"), let milliseconds = length.double,
            milliseconds >= 0, milliseconds < 1e12
        else { return nil }
        return Int64(milliseconds * 1000)
    }

    private mutating func fault(
        _ call: String, _ content: JSONElement?, _ detail: JSONElement?, _ fields: ClaudeFields, _ withPayloads: Bool
    ) -> CallError {
        let head = ClaudeContent.head(content)
        let kind = kind(call, head, detail, fields)
        neverRan = neverRan || kind == .denied || kind == .unknownTool || kind == .invalidArguments
        var text = withPayloads ? ClaudeContent.text(content) ?? ClaudeContent.json(content).description : String(head.prefix(Self.brief))
        if text.isEmpty {
            text = content?.field("error_code")?.string ?? "it failed without a word"
        }
        return CallError(kind, Self.plain(text))
    }

    private mutating func kind(_ call: String, _ head: String, _ detail: JSONElement?, _ fields: ClaudeFields) -> CallError.Kind {
        if let refusal = refusal(call, head, detail, fields) { return refusal }
        let text = Self.plain(head)
        if text.contains("Command timed out after") || text.hasPrefix("MCP error -32001") || text.contains("Request timed out") {
            return .timeout
        }
        if text.hasPrefix("exit ") { return .exitStatus }
        if text.hasPrefix("No such tool available") { return .unknownTool }
        if text.hasPrefix("InputValidationError") { return .invalidArguments }
        if text.hasPrefix("MCP error -32000") { return .connection }
        return .toolError
    }

    /// Whether it was refused, or the user broke it off.
    private mutating func refusal(_ call: String, _ head: String, _ detail: JSONElement?, _ fields: ClaudeFields) -> CallError.Kind? {
        let meta = fields[.resultMeta]?.list.first { $0.field("id")?.string == call }
        let decision = fields[.decision] ?? meta?.field("permission_decision")
        let isRefused = decision?.field("decision")?.isString("reject") ?? false
        let hasKind = fields[.denialKind] != nil || meta?.field("non_execution_kind") != nil
        let isBrokenOff = detail?.isString("User rejected tool use") ?? false
        neverRan = fields.flag(.isDeniedBeforeRun)
        if isRefused {
            deniedBy = decision?.field("source")?.string ?? "the user"
            return .denied
        }
        if hasKind {
            guard !isBrokenOff else { return .interrupted }
            deniedBy = "the user"
            return .denied
        }
        // Before there was a word for it, only the text tells.
        if head.hasPrefix("The user doesn't want to take this action") || head.hasPrefix("[Request interrupted") {
            return .interrupted
        }
        if head.hasPrefix("The user doesn't want to proceed") {
            deniedBy = "the user"
            return .denied
        }
        return nil
    }

    /// A text without what is written around it for the model.
    private static func plain(_ text: String) -> String {
        var text = text[...]
        if text.hasPrefix("<tool_use_error>") {
            text = text.dropFirst(16)
            if text.hasSuffix("</tool_use_error>") {
                text = text.dropLast(17)
            }
        }
        if text.hasPrefix("Error: ") {
            text = text.dropFirst(7)
        }
        if text.hasPrefix("Exit code ") {
            return "exit " + text.dropFirst(10)
        }
        return String(text)
    }
}
