internal import FanoutAgent
internal import FanoutEngine
internal import FanoutEvents
internal import FanoutTools
internal import FanoutView

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

extension ProgramCommand {
    /// Runs an agent against a model.
    static let run = ProgramCommand(
        name: "run", operands: "PROMPT", summary: "runs an agent: a model behind a URL, and the tools of a file",
        options: display + recording + LiveRun.options + [
            Option("base-url", argument: "URL", "the server, up to /v1; else OPENAI_BASE_URL"),
            Option("model", short: "m", argument: "NAME", "the model's name, as the server knows it"),
            Option("tools", argument: "FILE", "the tools that the model may call; else fanout.json here, if there is one"),
            Option("max-turns", argument: "N", "asks the model at most so often"),
            Option("references", "lets arguments refer to results of the same turn: $ref:#1"),
            Option("no-parallel", "asks the model for one call at a time, and runs one at a time"),
        ]
    ) { options in
        guard options.operands.count == 1 else {
            throw UsageError(options.operands.isEmpty ? "run: say what the agent is to do" : "run: put the prompt in quotes")
        }
        guard let model = options.value("model") else {
            throw UsageError("run: name a model with --model")
        }
        let form = WireForm.openAIChat
        let baseURL = options.value("base-url") ?? Environment.value(form.baseURLVariable)
        let key = Environment.value(form.keyVariable)
        guard baseURL != nil || key != nil else {
            throw UsageError("run: set \(form.keyVariable), or name a server of your own with --base-url")
        }
        let display = try Display.choose(options)
        let file = try options.value("tools").map { path throws in try ToolsFile(path: path) } ?? toolsHere()
        var turn = try LiveRun.turnOptions(options, display: display)
        turn.references = options.has("references")
        turn.parallelAllowed = !options.has("no-parallel")
        for (name, pool) in file?.pools ?? [:] {
            turn.pools[name] = pool
        }
        var agentOptions = AgentOptions(model: model, system: AgentOptions.encouragement)
        agentOptions.turn = turn
        agentOptions.mostTurns = try options.integer("max-turns", in: 1...10_000) ?? agentOptions.mostTurns
        let settings = agentOptions
        let servers = try ToolServers.start(file, display: display)
        let tools = (file?.tools ?? []) + (servers?.tools ?? [])
        let prompt = options.operands[0]
        let shown = try LiveRun.show(options, display: display, title: prompt, source: "run", linesToError: true) { log, time in
            let engine = try Engine(log: log, time: time, tools: tools)
            let agent = Agent(engine: engine, provider: LiveProvider(form: form, baseURL: baseURL, key: key), options: settings)
            return LiveRun.Piece(engine: engine) { await agent.run(prompt) }
        }
        if display != .json, let text = shown.answer?.text, !text.isEmpty {
            // A terminal gets only what cannot harm it; a pipe gets the answer as it is.
            let shownText = isatty(1) == 1 ? CleanText.lines(of: text).map(\.string).joined(separator: "\n") : text
            Console.print(shownText.hasSuffix("\n") ? shownText : shownText + "\n")
        }
        // Where the user wants to leave at once, they are ended with the program.
        if shown.status != 130 {
            try servers?.stop()
        }
        if Console.isUnread {
            return shown.status
        }
        if let error = shown.answer?.error {
            Console.complain(CleanText(error.message).string)
        } else if let note = shown.answer?.note {
            Console.complain(CleanText(note).string)
        }
        return shown.status
    }

    private static func toolsHere() throws -> ToolsFile? {
        guard FileSystem.exists("fanout.json") else { return nil }
        return try ToolsFile(path: "fanout.json")
    }
}
