internal import FanoutEvents
internal import FanoutHTTP
internal import FanoutJSON

/// A model behind an HTTP server that speaks one of the wire forms.
public struct LiveProvider: ModelProvider {
    /// Bytes; a reply is text, and this is far beyond the longest.
    private static let largestReply = 64 << 20
    /// Microseconds without a byte after which a server is given up; models may think for minutes before their first word.
    private static let longestSilence: Int64 = 300_000_000

    public let form: WireForm
    /// Host and port.
    public let name: String
    private let url: String
    private let key: String?
    private let timeout: Int64
    private let client: HTTPClient

    /// - Parameters:
    ///   - baseURL: As the providers' own clients take it: for OpenAI Chat it ends in `/v1`, for Anthropic it does not.
    ///   - key: Sent to that server only, and never shown; servers on one's own machine may need none.
    ///   - timeout: Microseconds for one whole reply.
    public init(form: WireForm, baseURL: String? = nil, key: String? = nil, timeout: Int64 = 600_000_000) {
        self.form = form
        self.key = key.flatMap { $0.isEmpty ? nil : $0 }
        self.timeout = timeout
        var base = baseURL ?? form.usualBaseURL
        while base.hasSuffix("/") {
            base.removeLast()
        }
        url = base + form.path
        name = HTTPRequest.host(of: base)
        client = HTTPClient()
    }

    /// With key and address from the variables that the provider's own clients read.
    ///
    /// - Parameters:
    ///   - baseURL: Goes before the environment's.
    ///   - environment: The value of a variable, where it is set.
    public init(form: WireForm, baseURL: String? = nil, timeout: Int64 = 600_000_000, environment: (String) -> String?) {
        let named = baseURL ?? environment(form.baseURLVariable).flatMap { $0.isEmpty ? nil : $0 }
        self.init(form: form, baseURL: named, key: environment(form.keyVariable), timeout: timeout)
    }

    public func reply(to request: ModelRequest, _ receive: @escaping @Sendable ([ReplyPiece]) -> Void) async throws(ModelError) -> Reply {
        let response: HTTPResponse
        do {
            response = try await client.send(
                HTTPRequest(
                    method: "POST", url: url, headers: headers(request), body: request.body.utf8, timeout: timeout,
                    stallTimeout: Self.longestSilence))
        } catch {
            throw modelError(error)
        }
        guard response.head.isSuccess, request.isStreamed, response.head.isEventStream else {
            return try await whole(response)
        }
        return try await stream(response.body, receive)
    }

    private func whole(_ response: HTTPResponse) async throws(ModelError) -> Reply {
        let reply: HTTPReply
        do {
            reply = HTTPReply(head: response.head, body: try await response.body.collect(limit: Self.largestReply))
        } catch {
            throw modelError(error)
        }
        guard reply.head.isSuccess else {
            throw refusal(reply)
        }
        do {
            return try form.reply(from: reply.body)
        } catch {
            throw ModelError(CallError(error.kind, without(key: badReply(reply, error))), isTransient: error.isTransient)
        }
    }

    private func stream(_ body: HTTPBody, _ receive: @Sendable ([ReplyPiece]) -> Void) async throws(ModelError) -> Reply {
        var stream = ReplyStream(form: form, limit: Self.largestReply)
        while let bytes = try await next(of: body) {
            var pieces: [ReplyPiece] = []
            let outcome = Result { () throws(ReplyError) in try stream.take(bytes, &pieces) }
            if !pieces.isEmpty {
                receive(pieces)
            }
            if case .failure(let error) = outcome {
                throw modelError(error)
            }
        }
        do {
            return try stream.reply()
        } catch {
            throw modelError(error)
        }
    }

    private func next(of body: HTTPBody) async throws(ModelError) -> [UInt8]? {
        do {
            return try await body.next()
        } catch {
            throw modelError(error)
        }
    }

    private func headers(_ request: ModelRequest) -> [HTTPHeader] {
        var headers = [
            HTTPHeader("Content-Type", "application/json"),
            HTTPHeader("Accept", request.isStreamed ? "text/event-stream" : "application/json"),
        ]
        switch form {
        case .openAIChat, .openAIResponses:
            if let key {
                headers.append(HTTPHeader("Authorization", "Bearer \(key)"))
            }
        case .anthropicMessages:
            headers.append(HTTPHeader("anthropic-version", "2023-06-01"))
            if let key {
                headers.append(HTTPHeader("x-api-key", key))
            }
        }
        return headers
    }
}

// What went wrong, in a sentence.
extension LiveProvider {
    private func modelError(_ error: HTTPError) -> ModelError {
        let message = without(key: error.message)
        return switch error.kind {
        case .cancelled: .cancelled
        case .timeout: ModelError(CallError(.timeout, message), isTransient: true)
        case .connect, .cutOff, .resolve: ModelError(CallError(.connection, message), isTransient: true)
        case .address, .tls, .notHTTP, .tooLarge, .redirect, .other: ModelError(CallError(.connection, message))
        }
    }

    private func modelError(_ error: ReplyError) -> ModelError {
        ModelError(CallError(error.kind, without(key: "\(name): \(error.message)")), isTransient: error.isTransient)
    }

    private func refusal(_ reply: HTTPReply) -> ModelError {
        let status = reply.head.status
        let body = JSONText(unchecked: reply.body).value
        let advice = RetryAdvice(reply.head)
        let isTransient = advice.shouldRetry ?? (Self.isTransient(status) && !Self.isOutOfMoney(body))
        let kind: CallError.Kind =
            switch status {
            case 429: .rateLimited
            case 500...: .serverError
            default: .requestRefused
            }
        let message: String
        if let words = form.errorMessage(in: body) {
            message =
                "\(name) answers \(status): \(words)\(status == 401 && key == nil ? " (no key was given: set \(form.keyVariable))" : "")"
        } else if status == 404 {
            message = "\(name) answers 404 at \(form.path); check the base URL\(form.baseURLHint)"
        } else {
            message = "\(name) answers \(status) and gives no reason; look at the server's log"
        }
        return ModelError(CallError(kind, without(key: message)), isTransient: isTransient, retryAfter: advice.after)
    }

    private func badReply(_ reply: HTTPReply, _ error: ReplyError) -> String {
        let type = reply.head["content-type"] ?? ""
        let isPage = type.hasPrefix("text/html") || reply.body.first { $0 > 0x20 } == UInt8(ascii: "<")
        if isPage {
            return "\(name) answers with a web page and not with a model's reply; check the base URL"
                + form.baseURLHint
        }
        if reply.body.isEmpty {
            return "\(name) answers with nothing; look at the server's log"
        }
        return "\(name): \(error.message)"
    }

    /// Servers repeat keys in their complaints.
    private func without(key text: String) -> String {
        guard let key, key.count >= 4 else { return text }
        return text.replacing(key, with: "[key]")
    }

    private static func isTransient(_ status: Int) -> Bool {
        status == 408 || status == 409 || status == 429 || status >= 500
    }

    private static func isOutOfMoney(_ body: JSONValue) -> Bool {
        let words = ["insufficient_quota", "credit_balance_exhausted", "billing_error"]
        return [body["error"]?["type"]?.string, body["error"]?["code"]?.string].contains { $0.map(words.contains) ?? false }
    }
}

extension WireForm {
    /// Where the provider's own service is.
    public var usualBaseURL: String {
        switch self {
        case .openAIChat, .openAIResponses: "https://api.openai.com/v1"
        case .anthropicMessages: "https://api.anthropic.com"
        }
    }

    /// The environment variable that holds the key, as the provider's own clients name it.
    public var keyVariable: String {
        switch self {
        case .openAIChat, .openAIResponses: "OPENAI_API_KEY"
        case .anthropicMessages: "ANTHROPIC_API_KEY"
        }
    }

    /// The environment variable that names another server, as the provider's own clients read it.
    public var baseURLVariable: String {
        switch self {
        case .openAIChat, .openAIResponses: "OPENAI_BASE_URL"
        case .anthropicMessages: "ANTHROPIC_BASE_URL"
        }
    }

    fileprivate var path: String {
        switch self {
        case .openAIChat: "/chat/completions"
        case .openAIResponses: "/responses"
        case .anthropicMessages: "/v1/messages"
        }
    }

    fileprivate var baseURLHint: String {
        switch self {
        case .openAIChat, .openAIResponses: ", which as a rule ends in /v1"
        case .anthropicMessages: ", which as a rule does not end in /v1"
        }
    }
}

extension HTTPHead {
    fileprivate var isEventStream: Bool { self["content-type"]?.lowercased().hasPrefix("text/event-stream") ?? false }
}
