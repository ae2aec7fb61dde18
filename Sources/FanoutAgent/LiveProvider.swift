internal import FanoutEvents
internal import FanoutHTTP
internal import FanoutJSON

/// A model behind an HTTP server that speaks one of the wire forms.
public struct LiveProvider: ModelProvider {
    /// Bytes; a reply is text, and this is far beyond the longest.
    private static let largestReply = 64 << 20

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

    public func reply(to request: ModelRequest) async throws(ModelError) -> Reply {
        let reply: HTTPReply
        do {
            reply = try await client.collect(
                HTTPRequest(method: "POST", url: url, headers: headers, body: request.body.utf8, timeout: timeout), limit: Self.largestReply
            )
        } catch {
            throw modelError(error)
        }
        guard reply.head.isSuccess else {
            throw refusal(reply)
        }
        do {
            return try form.reply(from: reply.body)
        } catch {
            throw ModelError(CallError(.badReply, without(key: badReply(reply, error))))
        }
    }

    private var headers: [HTTPHeader] {
        var headers = [HTTPHeader("Content-Type", "application/json"), HTTPHeader("Accept", "application/json")]
        switch form {
        case .openAIChat:
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
            message = "\(name) answers 404 at \(form.path); check the base URL\(form == .openAIChat ? ", which as a rule ends in /v1" : "")"
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
                + (form == .openAIChat ? ", which as a rule ends in /v1" : "")
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
        case .openAIChat: "https://api.openai.com/v1"
        case .anthropicMessages: "https://api.anthropic.com"
        }
    }

    /// The environment variable that holds the key, as the provider's own clients name it.
    public var keyVariable: String {
        switch self {
        case .openAIChat: "OPENAI_API_KEY"
        case .anthropicMessages: "ANTHROPIC_API_KEY"
        }
    }

    /// The environment variable that names another server, as the provider's own clients read it.
    public var baseURLVariable: String {
        switch self {
        case .openAIChat: "OPENAI_BASE_URL"
        case .anthropicMessages: "ANTHROPIC_BASE_URL"
        }
    }

    fileprivate var path: String {
        switch self {
        case .openAIChat: "/chat/completions"
        case .anthropicMessages: "/v1/messages"
        }
    }
}
