package import FanoutAgent
internal import FanoutEvents
package import FanoutJSON

/// A model's API on loopback: it refuses what the API refuses, in the API's words, and answers the rest from a list.
package final class FakeModelServer: Sendable {
    /// How one request is answered.
    package enum Step: Sendable {
        /// A reply in the API's form, if the request is one that the API would take.
        case reply(JSONValue)
        /// A status with an error of the provider's.
        case error(Int, message: String, type: String = "server_error", headers: [String: String] = [:])
        /// A page, as a wrong address gives.
        case page
        case hang
        /// The first half of a reply.
        case cutOff(JSONValue)
        /// Server-sent events, in pieces that may be cut anywhere.
        case stream([[UInt8]], ending: LoopbackServer.StreamEnding = .whole)
        /// Anything at all.
        case bytes([UInt8], type: String)
    }

    private struct State {
        var steps: [Step]
        var requests: [LoopbackServer.Request] = []
    }

    private let form: WireForm
    private let key: String?
    private let state: Guarded<State>
    private let server: LoopbackServer

    /// - Parameter key: What requests must carry; nil where anybody may ask.
    package init(form: WireForm = .openAIChat, key: String? = nil, steps: [Step]) throws {
        self.form = form
        self.key = key
        let state = Guarded(State(steps: steps))
        self.state = state
        server = try LoopbackServer { request in
            Self.answer(request, form: form, key: key, state: state)
        }
    }

    /// What a client takes as the base URL of this form.
    package var baseURL: String {
        switch form {
        case .openAIChat, .openAIResponses: server.url + "/v1"
        case .anthropicMessages: server.url
        }
    }

    /// Every request so far.
    package var requests: [LoopbackServer.Request] { state.withLock { $0.requests } }
    /// Their bodies.
    package var bodies: [JSONValue] { requests.map { JSONText(unchecked: $0.body).value } }
    /// How many answers nobody asked for.
    package var left: Int { state.withLock { $0.steps.count } }

    package func stop() {
        server.stop()
    }

    private static func answer(_ request: LoopbackServer.Request, form: WireForm, key: String?, state: Guarded<State>)
        -> LoopbackServer.Answer
    {
        let step = state.withLock { state -> Step? in
            state.requests.append(request)
            return state.steps.isEmpty ? nil : state.steps.removeFirst()
        }
        if let refusal = refusal(of: request, form: form, key: key) {
            return refusal
        }
        switch step {
        case .reply(let body):
            return .reply(status: 200, headers: ["content-type": "application/json"], body: JSONText(body).utf8)
        case .error(let status, let message, let type, let headers):
            return error(status, message, type: type, form: form, headers: headers)
        case .page:
            return .reply(status: 200, headers: ["content-type": "text/html"], body: Array("<!doctype html><title>Welcome</title>".utf8))
        case .hang:
            return .hang
        case .stream(let pieces, let ending):
            guard JSONText(unchecked: request.body).value["stream"]?.bool == true else {
                return error(400, "this reply was to be streamed, and was not asked for so", type: "invalid_request_error", form: form)
            }
            return .stream(headers: ["content-type": "text/event-stream"], pieces: pieces, ending: ending)
        case .bytes(let bytes, let type):
            return .reply(status: 200, headers: ["content-type": type], body: bytes)
        case .cutOff(let body):
            let whole = JSONText(body).utf8
            return .cutOff(status: 200, headers: ["content-type": "application/json"], body: Array(whole.prefix(whole.count / 2)))
        case nil:
            return error(500, "the test has no more replies", type: "server_error", form: form)
        }
    }

    /// What the API would say to a request that breaks its rules.
    private static func refusal(of request: LoopbackServer.Request, form: WireForm, key: String?) -> LoopbackServer.Answer? {
        let path: String
        let given: String?
        let bearer = request.headers["authorization"].map { $0.hasPrefix("Bearer ") ? String($0.dropFirst(7)) : $0 }
        switch form {
        case .openAIChat, .openAIResponses:
            path = form == .openAIChat ? "/v1/chat/completions" : "/v1/responses"
            given = bearer
        case .anthropicMessages:
            path = "/v1/messages"
            // Clients of the version of 2026 send the one, those before it the other.
            given = request.headers["x-api-key"] ?? bearer
        }
        guard request.method == "POST", request.path == path else {
            return error(404, "Invalid URL (\(request.method) \(request.path))", type: "invalid_request_error", form: form)
        }
        if let key, given != key {
            return error(401, "Incorrect API key provided: \(given ?? "").", type: "invalid_request_error", form: form)
        }
        let body = JSONText(unchecked: request.body).value
        guard body["model"]?.string?.isEmpty == false else {
            return error(400, "you must provide a model parameter", type: "invalid_request_error", form: form)
        }
        let field = form == .openAIResponses ? "input" : "messages"
        guard let messages = body[field]?.array, !messages.isEmpty else {
            return error(400, "'\(field)' is a required property", type: "invalid_request_error", form: form)
        }
        if body["previous_response_id"] != nil {
            // What came before is not here; the test looks at it.
            return nil
        }
        if form == .anthropicMessages, body["max_tokens"]?.integer == nil {
            return error(400, "max_tokens: Field required", type: "invalid_request_error", form: form)
        }
        if let fault = MessageRules.faults(in: messages, form: form).first {
            return error(400, fault.apiMessage, type: "invalid_request_error", form: form)
        }
        return nil
    }

    private static func error(
        _ status: Int, _ message: String, type: String, form: WireForm, headers: [String: String] = [:]
    ) -> LoopbackServer.Answer {
        let body: JSONValue =
            switch form {
            case .openAIChat, .openAIResponses: ["error": ["message": .string(message), "type": .string(type), "param": nil, "code": nil]]
            case .anthropicMessages: ["type": "error", "error": ["type": .string(type), "message": .string(message)]]
            }
        let json = ["content-type": "application/json"].merging(headers) { $1 }
        return .reply(status: status, headers: json, body: JSONText(body).utf8)
    }
}
