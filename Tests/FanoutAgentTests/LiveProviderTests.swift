import FanoutAgent
import FanoutEvents
import FanoutJSON
import FanoutTestKit
import Testing

@Suite(.timeLimit(.minutes(1))) struct LiveProviderTests {
    /// Enough of a request for the server to take it.
    func request(_ form: WireForm) -> ModelRequest {
        var conversation = Conversation(form: form)
        conversation.ask("hello")
        return ModelRequest(body: conversation.request(RequestOptions(model: "m")))
    }

    static func reply(_ form: WireForm) throws -> JSONValue {
        let path =
            switch form {
            case .openAIChat: "openai_chat/response_tool_calls.json"
            case .openAIResponses: "openai_responses/response_function_calls.json"
            case .anthropicMessages: "anthropic_messages/response_tool_use.json"
            }
        return try Fixture(path).json
    }

    @Test("a request carries its key where the API looks for it, and its reply is read", arguments: WireForm.allCases)
    func reply(_ form: WireForm) async throws {
        let server = try FakeModelServer(form: form, key: "sk-secret", steps: [.reply(Self.reply(form))])
        let provider = LiveProvider(form: form, baseURL: server.baseURL + "/", key: "sk-secret")
        let reply = try await provider.reply(to: request(form))
        #expect(reply.calls.count == (form == .openAIResponses ? 2 : 3) && reply.finish == .calls)
        #expect(provider.name.hasPrefix("127.0.0.1:"))
        #expect(server.requests.first?.headers["content-type"] == "application/json")
        if form == .anthropicMessages {
            #expect(server.requests.first?.headers["anthropic-version"] == "2023-06-01")
        }
    }

    struct Trouble: CustomTestStringConvertible {
        var step: FakeModelServer.Step
        var kind: CallError.Kind
        var words: String
        var isTransient = false
        var retryAfter: Int64?
        var testDescription: String { words }
    }

    static let troubles: [Trouble] = [
        Trouble(
            step: .error(400, message: "Bad schema.", type: "invalid_request_error"), kind: .requestRefused,
            words: "answers 400: Bad schema."),
        Trouble(step: .error(403, message: "Not for you."), kind: .requestRefused, words: "answers 403: Not for you."),
        Trouble(
            step: .error(404, message: "The model `x` does not exist."), kind: .requestRefused,
            words: "answers 404: The model `x` does not exist."),
        Trouble(
            step: .error(429, message: "Slow down.", headers: ["retry-after": "2", "retry-after-ms": "1830"]), kind: .rateLimited,
            words: "answers 429: Slow down.", isTransient: true, retryAfter: 1_830_000),
        Trouble(
            step: .error(429, message: "In a while.", headers: ["retry-after": "0.5"]), kind: .rateLimited, words: "In a while.",
            isTransient: true,
            retryAfter: 500_000),
        Trouble(
            step: .error(
                503, message: "Come back later.",
                headers: ["retry-after": "Sun, 06 Nov 1994 08:51:07 GMT", "date": "Sun, 06 Nov 1994 08:49:37 GMT"]),
            kind: .serverError, words: "Come back later.", isTransient: true, retryAfter: 90_000_000),
        Trouble(step: .error(429, message: "Out of money.", type: "insufficient_quota"), kind: .rateLimited, words: "Out of money."),
        Trouble(
            step: .error(500, message: "Sorry about that!"), kind: .serverError, words: "answers 500: Sorry about that!", isTransient: true),
        Trouble(
            step: .error(500, message: "For good.", headers: ["x-should-retry": "false"]), kind: .serverError,
            words: "answers 500: For good."),
        Trouble(step: .error(529, message: "Overloaded"), kind: .serverError, words: "answers 529: Overloaded", isTransient: true),
        Trouble(
            step: .error(400, message: "Try me.", headers: ["x-should-retry": "true"]), kind: .requestRefused, words: "Try me.",
            isTransient: true),
        Trouble(
            step: .error(500, message: "The key sk-secret is odd."), kind: .serverError, words: "The key [key] is odd.", isTransient: true),
        Trouble(step: .page, kind: .badReply, words: "answers with a web page and not with a model's reply; check the base URL"),
        Trouble(step: .reply(["hello": "world"]), kind: .badReply, words: "does not speak"),
        Trouble(
            step: .cutOff(["choices": []]), kind: .connection, words: "closed the connection before the response was whole",
            isTransient: true),
        Trouble(step: .hang, kind: .timeout, words: "did not answer in full within 30 ms", isTransient: true),
    ]

    @Test("trouble with a server is told in its words or a sentence, never with the key", arguments: troubles)
    func trouble(_ trouble: Trouble) async throws {
        for form in WireForm.allCases {
            let server = try FakeModelServer(form: form, key: "sk-secret", steps: [trouble.step])
            let provider = LiveProvider(
                form: form, baseURL: server.baseURL, key: "sk-secret", timeout: trouble.kind == .timeout ? 30_000 : 10_000_000)
            let error = await #expect(throws: ModelError.self) { try await provider.reply(to: request(form)) }
            #expect(error?.error.kind == trouble.kind)
            #expect(error?.error.message.contains(trouble.words) == true, "\(error?.error.message ?? "")")
            #expect(error?.error.message.contains("sk-secret") == false)
            #expect(error?.isTransient == trouble.isTransient)
            #expect(error?.retryAfter == trouble.retryAfter)
        }
    }

    @Test("a server that is not there, a wrong path and a missing key say what to do")
    func remedies() async throws {
        let server = try FakeModelServer(key: "sk-secret", steps: [])
        let table: [(String, String?, String)] = [
            (server.baseURL, nil, "(no key was given: set OPENAI_API_KEY)"),
            (server.baseURL, "sk-wrong", "answers 401: Incorrect API key provided: [key]."),
            (server.baseURL.replacing("/v1", with: "/v2"), "sk-secret", "answers 404: Invalid URL"),
        ]
        for (url, key, words) in table {
            let error = await #expect(throws: ModelError.self) {
                try await LiveProvider(form: .openAIChat, baseURL: url, key: key).reply(to: request(.openAIChat))
            }
            #expect(error?.error.message.contains(words) == true, "\(error?.error.message ?? "")")
            #expect(error?.isTransient == false)
        }
        // A port beyond those that a system hands out, so that no other test comes to listen there.
        let gone = await #expect(throws: ModelError.self) {
            try await LiveProvider(form: .openAIChat, baseURL: "http://127.0.0.1:1/v1").reply(to: request(.openAIChat))
        }
        #expect(gone?.error.message.contains("cannot connect to 127.0.0.1:1") == true)
    }

    @Test("a request that lacks a result is refused as the API refuses it", arguments: WireForm.allCases)
    func refused(_ form: WireForm) async throws {
        let server = try FakeModelServer(form: form, steps: [])
        var conversation = Conversation(form: form)
        conversation.ask("hello")
        conversation.append(try form.reply(from: JSONText(Self.reply(form)).utf8))
        let id = form == .anthropicMessages ? "toolu_p1" : "call_p1"
        conversation.answer([CallAnswer(id: id, text: "14C", isError: false)])
        let request = ModelRequest(body: conversation.request(RequestOptions(model: "m")))
        let error = await #expect(throws: ModelError.self) {
            try await LiveProvider(form: form, baseURL: server.baseURL).reply(to: request)
        }
        #expect(error?.error.message.contains(conversation.faults.first?.apiMessage ?? "none") == true)
        #expect(Set(conversation.faults.map(\.kind)) == [.missing] && error?.isTransient == false)
    }

    @Test("key and address come from the environment, and an address that is given goes before it")
    func environment() async throws {
        let server = try FakeModelServer(key: "sk-env", steps: [.reply(Self.reply(.openAIChat))])
        let variables = ["OPENAI_API_KEY": "sk-env", "OPENAI_BASE_URL": server.baseURL]
        let provider = LiveProvider(form: .openAIChat) { variables[$0] }
        #expect(try await provider.reply(to: request(.openAIChat)).calls.count == 3)
        #expect(LiveProvider(form: .openAIChat, baseURL: "http://here:1/v1") { variables[$0] }.name == "here:1")
        #expect(LiveProvider(form: .openAIChat) { _ in nil }.name == "api.openai.com")
    }

    @Test("patience grows, keeps to what the server asks up to a limit, and ends")
    func patience() {
        let patience = Patience(attempts: 4, backOff: 500_000, longestBackOff: 1_500_000, longestRetryAfter: 60_000_000)
        func delay(_ attempt: Int, _ random: Double = 0, after: Int64? = nil, isTransient: Bool = true) -> Int64? {
            patience.delay(
                after: ModelError(CallError(.serverError, ""), isTransient: isTransient, retryAfter: after), attempt: attempt,
                random: random)
        }
        #expect((1...5).map { delay($0) } == [500_000, 1_000_000, 1_500_000, nil, nil])
        #expect(delay(1, 0.999999) ?? 0 >= 375_000)
        #expect(delay(1, after: 3_000_000) == 3_000_000)
        #expect(delay(1, after: 3_600_000_000) == 60_000_000)
        #expect(delay(1, isTransient: false) == nil)
    }
}
