internal import FanoutAgent
internal import FanoutEngine
internal import FanoutEvents
internal import FanoutSession

/// Which model is asked, and how: what the options and the environment say of it.
struct ProviderOptions {
    enum Choice {
        case live(LiveProvider)
        case script(ScriptFile)
    }

    var choice: Choice
    var model: String

    static let options = [
        Option(
            "provider", argument: "WORD", "openai (Chat Completions, and servers that imitate it), responses, anthropic, or script:FILE"),
        Option("base-url", argument: "URL", "another server: as OPENAI_BASE_URL or ANTHROPIC_BASE_URL"),
        Option("key-file", argument: "FILE", "holds the key; else OPENAI_API_KEY or ANTHROPIC_API_KEY"),
        Option("model", short: "m", argument: "NAME", "the model's name, as the server knows it"),
    ]

    /// - Parameter command: Who says so where something is missing.
    init(_ options: Options, command: String, defaultModel: String? = nil, defaultForm: WireForm? = nil) throws {
        let word = options.value("provider")
        if let word, word.hasPrefix("script:") {
            choice = .script(try ScriptFile(path: String(word.dropFirst("script:".count))))
            model = options.value("model") ?? defaultModel ?? "scripted"
            return
        }
        let named = options.value("model") ?? defaultModel
        let form = try Self.form(word) ?? defaultForm ?? Self.likelyForm(options, model: named)
        guard let named else {
            throw UsageError("\(command): name a model with --model")
        }
        model = named
        let baseURL = options.value("base-url") ?? Environment.value(form.baseURLVariable)
        let key =
            try options.value("key-file").map { path throws(UsageError) in try Self.key(in: path) } ?? Environment.value(form.keyVariable)
        guard baseURL != nil || key != nil else {
            throw UsageError(
                "\(command): set \(form.keyVariable) or name a --key-file, or name a server of your own with --base-url "
                    + "(--provider chooses another API)")
        }
        choice = .live(LiveProvider(form: form, baseURL: baseURL, key: key))
    }

    var form: WireForm {
        switch choice {
        case .live(let provider): provider.form
        case .script(let script): script.form
        }
    }

    func provider(_ time: any Timekeeper) -> any ModelProvider {
        switch choice {
        case .live(let provider): provider
        case .script(let script): script.provider(time)
        }
    }

    private static func form(_ word: String?) throws(UsageError) -> WireForm? {
        switch word {
        case nil: return nil
        case "openai": return .openAIChat
        case "responses": return .openAIResponses
        case "anthropic": return .anthropicMessages
        case let word?: throw UsageError("--provider \(word): it is openai, responses, anthropic or script:FILE")
        }
    }

    /// The API that a model of that name, or the only key there is, speaks for.
    private static func likelyForm(_ options: Options, model: String?) -> WireForm {
        guard options.value("base-url") == nil else { return .openAIChat }
        if model?.hasPrefix("claude") == true {
            return .anthropicMessages
        }
        let isOpenAI = [WireForm.openAIChat.keyVariable, WireForm.openAIChat.baseURLVariable].contains { Environment.value($0) != nil }
        return !isOpenAI && Environment.value(WireForm.anthropicMessages.keyVariable) != nil ? .anthropicMessages : .openAIChat
    }

    private static func key(in path: String) throws(UsageError) -> String {
        let text: [UInt8]
        do {
            text = try WholeFile.bytes(path)
        } catch {
            throw UsageError("--key-file \(error)")
        }
        let key = String(decoding: text, as: UTF8.self).split(whereSeparator: \.isWhitespace).first.map(String.init) ?? ""
        guard !key.isEmpty else {
            throw UsageError("--key-file \(path): it is empty; it holds the key and nothing else")
        }
        return key
    }
}
