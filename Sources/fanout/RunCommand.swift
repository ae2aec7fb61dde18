internal import FanoutAgent
internal import FanoutEngine
internal import FanoutEvents
internal import FanoutJSON
internal import FanoutSession
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
        name: "run", operands: "PROMPT", summary: "runs an agent: a model of OpenAI's, Anthropic's or your own server's, and your tools",
        options: ProviderOptions.options + display + recording + LiveRun.options + [
            Option("tools", argument: "FILE", "the tools that the model may call; else fanout.json here, if there is one"),
            Option("system", argument: "TEXT|FILE", "what the model is told beside the prompt"),
            Option("continue", argument: "SESSION", "takes up a recorded conversation: a file, or the beginning of its id"),
            Option("max-turns", argument: "N", "asks the model at most so often"),
            Option("max-time", argument: "SECONDS", "ends the run after so long"),
            Option("max-tokens", argument: "N", "tokens of one reply"),
            Option("tool-choice", argument: "WORD", "auto, none, required, or the name of the tool that the first reply must call"),
            Option("references", "lets arguments refer to results of the same turn: $ref:#1"),
            Option("no-parallel", "asks the model for one call at a time, and runs one at a time"),
            Option("no-history", "neither keeps how long calls ran nor tells how long they may run"),
            Option("no-stream", "asks for replies in one piece"),
            Option("no-early-start", "runs nothing before the reply that asks for it is whole"),
            Option("stateful", "lets the server keep the conversation, where its API can (responses)"),
        ]
    ) { options in
        guard options.operands.count == 1 else {
            throw UsageError(options.operands.isEmpty ? "run: say what the agent is to do" : "run: put the prompt in quotes")
        }
        let options = Settings(options).filled(options)
        let recorded = try options.value("continue").map { name throws in
            try RecordedConversation(path: RecordedConversation.path(of: name))
        }
        let model = try ProviderOptions(
            options, command: "run", defaultModel: recorded?.meta["model"]?.string,
            defaultForm: recorded?.meta["form"]?.string.flatMap(WireForm.init))
        if let form = recorded?.meta["form"]?.string, form != model.form.rawValue {
            throw UsageError(
                "--continue: that conversation was held over \(form), and \(model.form.rawValue) is another form; choose its --provider")
        }
        let display = try Display.choose(options)
        let file = try ToolsFile.chosen(options)
        defer { file?.close() }
        var turn = try LiveRun.turnOptions(options, display: display)
        turn.references = options.has("references")
        turn.parallelAllowed = !options.has("no-parallel")
        for (name, pool) in file?.pools ?? [:] {
            turn.pools[name] = pool
        }
        turn.startsEarly = !options.has("no-early-start")
        let servers = try ToolServers.start(file, display: display)
        let tools = (file?.tools ?? []) + (servers?.tools ?? [])
        var agentOptions = AgentOptions(model: model.model, system: try system(options, references: turn.references))
        agentOptions.turn = turn
        agentOptions.mostTurns = try options.integer("max-turns", in: 1...10_000) ?? agentOptions.mostTurns
        agentOptions.longestRun = try options.seconds("max-time", most: 1e6).map { Int64($0 * 1_000_000) }
        agentOptions.longestReply = try options.integer("max-tokens", in: 1...10_000_000)
        agentOptions.toolChoice = try toolChoice(options, tools)
        agentOptions.isStreamed = !options.has("no-stream")
        agentOptions.keepsState = options.has("stateful")
        let settings = agentOptions
        let prompt = options.operands[0]
        var meta: JSONObject = ["form": .string(model.form.rawValue), "model": .string(model.model)]
        meta["continues"] = recorded.map { .string($0.session) }
        let shown = try LiveRun.show(
            options, display: display, title: prompt, source: "run", meta: JSONText(.object(meta)), linesToError: true, remembers: true
        ) { log, time in
            let engine = try Engine(log: log, time: time, tools: tools)
            let agent = Agent(engine: engine, provider: model.provider(time), options: settings)
            return LiveRun.Piece(engine: engine, takesFollowUps: true) { dialogue in
                await converse(prompt, with: agent, continuing: recorded?.messages ?? [], dialogue)
            }
        }
        if display != .json {
            print(shown.answers)
        }
        // Where the user wants to leave at once, they are ended with the program.
        if shown.status != 130 {
            try servers?.stop()
        }
        if Console.isUnread {
            return shown.status
        }
        if let error = shown.answers.last?.error {
            Console.complain(CleanText(error.message).string)
        } else if let note = shown.answers.last?.note {
            Console.complain(CleanText(note).string)
        }
        return shown.status
    }

    /// Answers a prompt and those that follow up on it, as one session.
    private static func converse(
        _ prompt: String, with agent: Agent, continuing recorded: [Event.Message], _ dialogue: Dialogue
    ) async {
        var session = AgentSession(agent, continuing: recorded)
        var next: String? = prompt
        while let prompt = next {
            let (answer, after) = await dialogue.answering { [session] in
                var session = session
                let answer = await session.ask(prompt)
                return (answer, session)
            }
            session = after
            next = await dialogue.prompt(after: answer)
        }
        session.finish()
    }

    /// All answers in the order of their prompts, an empty line between them.
    private static func print(_ answers: [AgentAnswer]) {
        let texts = answers.map(\.text).filter { !$0.isEmpty }
        for (place, text) in texts.enumerated() {
            // A terminal gets only what cannot harm it; a pipe gets the answer as it is.
            let shownText = isatty(1) == 1 ? CleanText.lines(of: text).map(\.string).joined(separator: "\n") : text
            Console.print((place > 0 ? "\n" : "") + (shownText.hasSuffix("\n") ? shownText : shownText + "\n"))
        }
    }

    private static func system(_ options: Options, references: Bool) throws(UsageError) -> String {
        let usual = references ? AgentOptions.encouragementWithReferences : AgentOptions.encouragement
        guard let text = options.value("system") else { return usual }
        guard FileSystem.exists(text) else { return text }
        do {
            return String(decoding: try WholeFile.bytes(text), as: UTF8.self)
        } catch {
            throw UsageError("--system \(error)")
        }
    }

    private static func toolChoice(_ options: Options, _ tools: [Tool]) throws(UsageError) -> ToolChoice {
        let choice = ToolChoice(options.value("tool-choice") ?? "auto")
        if case .tool(let name) = choice, !tools.contains(where: { $0.name == name }) {
            let known = tools.map(\.name).joined(separator: ", ")
            throw UsageError("--tool-choice \(name): there is no such tool\(known.isEmpty ? "" : "; there are \(known)")")
        }
        return choice
    }
}
