internal import FanoutJSON

// Each kind of event, field by field, in the order of the format's table.

extension EventWriter {
    mutating func write(_ body: Event.ToolDeclared) {
        field("name", body.name)
        list("reads", body.reads)
        list("writes", body.writes)
        flag("sequential", body.sequential)
        flag("read_only", body.readOnly)
        flag("repeatable", body.repeatable)
        field("pool", body.pool)
        field("limit", body.limit)
        if let rate = body.rate {
            numbers("rate", [("calls", Int64(rate.calls)), ("per_us", rate.per)])
        }
        field("timeout_us", body.timeout)
    }

    mutating func write(_ body: Event.TurnStarted) {
        field("turn", body.turn)
        field("title", body.title)
        field("strategy", body.strategy)
        field("limit", body.limit)
        field("parent", body.parent)
    }

    mutating func write(_ body: Event.Message) {
        field("role", body.role)
        field("text", body.text)
        field("turn", body.turn)
        field("raw", body.raw)
    }

    mutating func write(_ body: Event.ModelStarted) {
        field("turn", body.turn)
        field("request", body.request)
        field("provider", body.provider)
        field("model", body.model)
    }

    mutating func write(_ body: Event.ModelOutput) {
        field("turn", body.turn)
        field("request", body.request)
        field("kind", body.kind.rawValue)
        field("text", body.text)
    }

    mutating func write(_ body: Event.ModelRetrying) {
        field("turn", body.turn)
        field("request", body.request)
        field("attempt", body.attempt)
        field("error", body.error)
        field("delay", body.delay)
    }

    mutating func write(_ body: Event.ModelFinished) {
        field("turn", body.turn)
        field("request", body.request)
        field("finish", body.finish.rawValue)
        field("reason", body.reason)
        if let usage = body.usage {
            numbers(
                "usage",
                [
                    ("input", usage.input.map(Int64.init)), ("output", usage.output.map(Int64.init)),
                    ("cached", usage.cached.map(Int64.init)),
                ])
        }
        field("error", body.error)
    }

    mutating func write(_ body: Event.CallAnnounced) {
        field("turn", body.turn)
        field("call", body.call)
        field("name", body.name)
        field("index", body.index)
    }

    mutating func write(_ body: Event.CallRequested) {
        field("turn", body.turn)
        field("call", body.call)
        field("name", body.name)
        field("index", body.index)
        field("arguments", body.arguments)
        field("id", body.id)
        list("after", body.after)
        field("parent", body.parent)
        field("retry_of", body.retryOf)
        if let expected = body.expected {
            numbers("expected", [("p50", expected.p50), ("p95", expected.p95), ("n", expected.n.map(Int64.init))])
        }
        list("redacted", body.redacted)
    }

    mutating func write(_ body: Event.CallQueued) {
        field("call", body.call)
        field("why", body.why.rawValue)
        list("on", body.on)
    }

    mutating func write(_ body: Event.CallDecided) {
        field("call", body.call)
        field("decision", body.decision.rawValue)
        field("by", body.by)
        field("scope", body.scope?.rawValue)
    }

    mutating func write(_ body: Event.CallStarted) {
        field("call", body.call)
        field("attempt", body.attempt)
        field("name", body.name)
        field("turn", body.turn)
        field("arguments", body.arguments)
        field("freed_by", body.freedBy)
        field("worker", body.worker)
    }

    mutating func write(_ body: Event.CallProgress) {
        field("call", body.call)
        field("done", body.done)
        field("total", body.total)
        field("message", body.message)
    }

    mutating func write(_ body: Event.CallOutput) {
        field("call", body.call)
        field("text", body.text)
        field("stream", body.stream?.rawValue)
    }

    mutating func write(_ body: Event.CallRetrying) {
        field("call", body.call)
        field("attempt", body.attempt)
        field("error", body.error)
        field("delay", body.delay)
    }

    mutating func write(_ body: Event.CallFinished) {
        field("call", body.call)
        field("outcome", body.outcome.rawValue)
        field("error", body.error)
        field("result", body.result)
        field("bytes", body.bytes)
        field("sent_bytes", body.sentBytes)
        field("run_us", body.run)
        field("shared_with", body.sharedWith)
        flag("abandoned", body.abandoned)
        flag("detached", body.detached)
    }

    mutating func write(_ body: Event.Marker) {
        field("label", body.label)
        field("kind", body.kind?.rawValue)
        field("text", body.text)
        field("call", body.call)
        field("until", body.until)
    }
}

extension Event.Body {
    /// The format's name of this kind of event.
    public var type: String {
        switch self {
        case .toolDeclared: "tool.declared"
        case .turnStarted: "turn.started"
        case .message: "message"
        case .modelStarted: "model.started"
        case .modelOutput: "model.output"
        case .modelRetrying: "model.retrying"
        case .modelFinished: "model.finished"
        case .callAnnounced: "call.announced"
        case .callRequested: "call.requested"
        case .callQueued: "call.queued"
        case .callDecided: "call.decided"
        case .callStarted: "call.started"
        case .callProgress: "call.progress"
        case .callOutput: "call.output"
        case .callRetrying: "call.retrying"
        case .callFinished: "call.finished"
        case .callReleased: "call.released"
        case .turnFinished: "turn.finished"
        case .marker: "marker"
        case .sessionFinished: "session.finished"
        case .other(let type): type
        }
    }
}
