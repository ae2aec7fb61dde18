internal import FanoutAgent
internal import FanoutEngine
internal import FanoutEvents
internal import FanoutHTTP
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
    /// Says what works here.
    static let doctor = ProgramCommand(
        name: "doctor", operands: "", summary: "says what works here; with --provider, what an endpoint supports",
        options: ProviderOptions.options + [
            Settings.option, Option("keys", "prints all keys as the settings name them"), Option("json", "what was found as JSON"),
        ]
    ) { options in
        guard options.operands.isEmpty else {
            throw UsageError("doctor: it takes no operand; --provider asks an endpoint")
        }
        if options.has("keys") {
            Console.print(Settings(options).configuration.keysText)
            return 0
        }
        let asksEndpoint = ["provider", "base-url", "model", "key-file"].contains { options.has($0) }
        var report = Report(isJSON: options.has("json"))
        if asksEndpoint {
            let choice = try ProviderOptions(options, command: "doctor")
            try probe(choice, &report)
        } else {
            here(&report)
            configuration(try Looks(options), &report)
        }
        report.end()
        return report.isWell ? 0 : 1
    }

    /// The endpoint's answers, as they come.
    private static func probe(_ choice: ProviderOptions, _ report: inout Report) throws {
        let time = SystemTime()
        let findings = try SignalledWait(time).value {
            await ProviderProbe(provider: choice.provider(time), model: choice.model).findings()
        }
        for finding in findings {
            report.add(
                finding.subject, finding.verdict.rawValue, finding.words, isFault: finding.subject == "reply" && finding.verdict == .no)
        }
    }

    private static func here(_ report: inout Report) {
        let term = Environment.value("TERM")
        report.add(
            "terminal", term == nil || term == "dumb" ? "no" : "yes",
            term.map { "TERM is \($0)\($0 == "dumb" ? ": plain lines are printed" : "")" } ?? "TERM is not set: plain lines are printed")
        report.add(
            "screen", isatty(1) == 1 ? "yes" : "no", isatty(1) == 1 ? "standard output is a terminal" : "standard output is no terminal")
        let isUTF8 = String(cString: nl_langinfo(nl_item(CODESET))).uppercased() == "UTF-8"
        report.add("characters", isUTF8 ? "yes" : "no", isUTF8 ? "UTF-8" : "not UTF-8: ASCII glyphs are drawn; set LANG, say to C.UTF-8")
        report.add(
            "colours", Environment.isSet("NO_COLOR") ? "no" : "yes", Environment.isSet("NO_COLOR") ? "NO_COLOR is set" : "as TERM says")
        let directory = StateDirectory.path()
        let parent = existing(directory)
        let isWritable = access(parent + "/.", W_OK) == 0
        report.add(
            "recordings", isWritable ? "yes" : "no", isWritable ? directory : "\(parent) may not be written; set XDG_STATE_HOME",
            isFault: !isWritable)
        report.add(
            "HTTP", HTTPClient.isAvailable ? "yes" : "no",
            HTTPClient.isAvailable ? "libcurl is there" : "libcurl is missing; on Debian: apt-get install libcurl4",
            isFault: !HTTPClient.isAvailable)
        report.add("SQLite", "yes", DatabaseLibraries.sqlite)
        let hasPostgres = DatabaseLibraries.hasPostgres
        report.add(
            "PostgreSQL", hasPostgres ? "yes" : "no",
            hasPostgres ? "libpq is there" : "libpq is missing or older than 14; on Debian: apt-get install libpq5")
        for form in [WireForm.openAIChat, .anthropicMessages] {
            let hasKey = Environment.isSet(form.keyVariable)
            let base = Environment.value(form.baseURLVariable).map { HTTPRequest.host(of: $0) }
            report.add(
                form == .openAIChat ? "OpenAI" : "Anthropic", hasKey || base != nil ? "yes" : "no",
                [hasKey ? "\(form.keyVariable) is set" : "\(form.keyVariable) is not set", base.map { "asks \($0)" }].compactMap(\.self)
                    .joined(separator: ", "))
        }
    }

    /// Where the user's settings are, and whether they hold: a line for each that does not.
    private static func configuration(_ looks: Looks, _ report: inout Report) {
        for problem in looks.problems {
            report.add("configuration", problem.isError ? "no" : "yes", problem.text(isBrief: false), isFault: problem.isError)
        }
        if looks.problems.isEmpty, let (path, isThere) = looks.settingsFile {
            report.add("configuration", isThere ? "yes" : "no", isThere ? path : "\(path) is not there")
        }
    }

    /// The deepest folder of a path that is there.
    private static func existing(_ path: String) -> String {
        var path = path
        while !path.isEmpty, access(path, F_OK) != 0 {
            path = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
        }
        return path.isEmpty ? "/" : path
    }

    /// Lines, or one JSON object.
    private struct Report {
        let isJSON: Bool
        var isWell = true
        private var findings: [JSONValue] = []

        init(isJSON: Bool) { self.isJSON = isJSON }

        mutating func add(_ subject: String, _ verdict: String, _ words: String, isFault: Bool = false) {
            isWell = isWell && !isFault
            if isJSON {
                findings.append(["subject": .string(subject), "verdict": .string(verdict), "words": .string(words)])
            } else {
                let mark = verdict == "yes" ? "yes" : verdict == "no" ? "no " : "?  "
                let padding = String(repeating: " ", count: max(1, 20 - subject.count))
                Console.print("\(subject)\(padding)\(mark)  \(CleanText(words).string)\n")
            }
        }

        func end() {
            if isJSON {
                Console.print(JSONValue.object(["findings": .array(findings)]).description + "\n")
            }
        }
    }
}
