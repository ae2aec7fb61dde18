internal import FanoutEngine
internal import FanoutEvents
internal import FanoutHTTP
internal import FanoutJSON

/// A tool that makes a request for each call.
///
/// The body of the response is the result: as JSON where it is JSON, else as text. A status that is not among those that are fine is a
/// failure, which says the first lines of the body. Where the server asks for patience, the attempt is repeated when it says so, if the tool is
/// repeatable. Values of the environment appear in no error.
struct HTTPTool: Sendable {
    /// What is sent beside the headers.
    enum Body: Sendable {
        case json(JSONTemplate)
        case form([(String, Template)])
        case text(Template)
    }

    var method = "GET"
    var url: URLTemplate
    var headers: [(name: String, value: Template)] = []
    var body: Body?
    /// Statuses whose bodies are results; nil for all from 200 to 299.
    var fine: Set<Int>?
    /// Bytes of a body, after it was unpacked.
    var sizeLimit = 1 << 20
    var redirects = 5

    /// One for all tools: connections are kept, and one thread waits for all of them.
    private static let client = HTTPClient()

    init(url: URLTemplate) {
        self.url = url
    }

    func tool(_ declaration: ToolDeclaration) -> Tool {
        Tool(
            name: declaration.name, description: declaration.description, parameters: declaration.parameters, traits: declaration.traits,
            redacted: declaration.secrets
        ) { _, arguments in
            try await run(arguments)
        }
    }

    private func run(_ arguments: JSONValue) async throws -> ToolResult {
        let request = try request(arguments)
        let reply: HTTPReply
        do {
            reply = try await Self.client.collect(request, limit: sizeLimit, redirects: redirects)
        } catch {
            try Task.checkCancellation()
            throw failure(error)
        }
        let content = HTTPContent(reply)
        guard fine.map({ $0.contains(reply.head.status) }) ?? reply.head.isSuccess else {
            throw failure(reply, content, host: request.host)
        }
        return content.result
    }
}

// What is sent.
extension HTTPTool {
    private func request(_ arguments: JSONValue) throws(ToolFailure) -> HTTPRequest {
        var request = HTTPRequest(method: method, url: try url.filled(arguments))
        if let body {
            try add(body, arguments, to: &request)
        }
        for (name, template) in headers {
            // What needs an argument that is missing falls away.
            guard let value = template.filled(arguments) else { continue }
            guard !value.utf8.contains(where: { ($0 < 0x20 && $0 != 0x09) || $0 == 0x7f }) else {
                throw CallError.unfit("the header \(name) would hold a line break or another control character; give a text of one line")
            }
            request.headers.removeAll { $0.name.lowercased() == name.lowercased() }
            request.headers.append(HTTPHeader(name, value))
        }
        if !request.headers.contains(where: { $0.name.lowercased() == "accept" }) {
            request.headers.append(HTTPHeader("Accept", "application/json, text/*;q=0.9, */*;q=0.5"))
        }
        return request
    }

    private func add(_ body: Body, _ arguments: JSONValue, to request: inout HTTPRequest) throws(ToolFailure) {
        let type: String
        switch body {
        case .json(let template):
            guard let value = template.filled(arguments) else { return }
            request.body = JSONText(value).utf8
            type = "application/json"
        case .form(let fields):
            var pairs: [String] = []
            for (name, template) in fields {
                if let path = template.onlyArgument, let list = arguments.value(at: path)?.array {
                    pairs += list.map { URLTemplate.escaped(name) + "=" + URLTemplate.escaped($0.templateText) }
                } else if let text = template.filled(arguments) {
                    pairs.append(URLTemplate.escaped(name) + "=" + URLTemplate.escaped(text))
                }
            }
            request.body = Array(pairs.joined(separator: "&").utf8)
            type = "application/x-www-form-urlencoded"
        case .text(let template):
            guard let text = template.filled(arguments) else { return }
            request.body = Array(text.utf8)
            type = "text/plain; charset=utf-8"
        }
        request.headers.append(HTTPHeader("Content-Type", type))
    }
}

// What becomes of a failure.
extension HTTPTool {
    /// Lines of a body that a failure tells, and their bytes.
    private static let linesTold = 12
    private static let bytesTold = 2_000

    private func failure(_ error: HTTPError) -> ToolFailure {
        switch error.kind {
        case .resolve, .connect, .timeout, .cutOff, .other, .cancelled: ToolFailure(CallError(.connection, hidden(error.message)))
        case .tls, .notHTTP: ToolFailure(CallError(.connection, hidden(error.message)), isFinal: true)
        case .address, .tooLarge, .redirect: ToolFailure(CallError(.toolError, hidden(error.message)), isFinal: true)
        }
    }

    private func failure(_ reply: HTTPReply, _ content: HTTPContent, host: String) -> ToolFailure {
        let status = reply.head.status
        let advice = RetryAdvice(reply.head)
        var lines = ["\(host) answered with status \(status)" + (HTTPContent.reason(status).map { " (\($0))" } ?? "")]
        lines += content.excerpt(bytes: Self.bytesTold).split(separator: "\n").prefix(Self.linesTold).map(String.init)
        let isPassing = status >= 500 || [408, 425, 429].contains(status)
        return ToolFailure(
            CallError(.toolError, hidden(lines.joined(separator: "\n"))), retryAfter: [429, 503].contains(status) ? advice.after : nil,
            isFinal: !isPassing)
    }

    /// Without the values that came from the environment, which a server may have sent back.
    private func hidden(_ text: String) -> String {
        var secrets = url.secrets + headers.flatMap(\.value.secrets)
        switch body {
        case .json(let template): secrets += template.secrets
        case .form(let fields): secrets += fields.flatMap(\.1.secrets)
        case .text(let template): secrets += template.secrets
        case nil: break
        }
        return secrets.filter { $0.utf8.count >= 4 }.reduce(text) { text, secret in
            text.split(separator: secret, omittingEmptySubsequences: false).joined(separator: "…")
        }
    }
}
