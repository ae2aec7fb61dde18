internal import FanoutEvents
internal import FanoutJSON
internal import FanoutSession
internal import FanoutTimeline
internal import FanoutView

extension ProgramCommand {
    /// Tells what a recording would have taken under other limits and strategies.
    static let whatif = ProgramCommand(
        name: "whatif", operands: "FILE", summary: "the same calls under other limits and strategies, and what each turn's time went to",
        options: [
            Option("limit", argument: "N", "tries this limit of calls at once in place of 1, 2, 4, 8 and 16"),
            Option("json", "one JSON object"), Option("strict", "refuses a file with a line that cannot be read"),
        ]
    ) { options in
        guard options.operands.count == 1 else {
            throw UsageError(options.operands.isEmpty ? "whatif: name a recording" : "whatif: one recording at a time")
        }
        let path = options.operands[0]
        let timelines = try SessionFile.load(path, isStrict: options.has("strict"))
        var rules = WhatIf.usual
        if let limit = try options.integer("limit", in: 1...100_000) {
            rules = [WhatIf.Rules(isSequential: true), WhatIf.Rules(limit: limit), WhatIf.Rules()]
        }
        let report = WhatIfReport(timelines, WhatIf.study(timelines, under: rules))
        guard !report.isEmpty else {
            throw SessionError(.otherFormat, "\(path): no call of it ran; there is nothing to play again")
        }
        if options.has("json") {
            Console.print(report.json(path: path).description + "\n")
        } else {
            report.lines(path: path).forEach { Console.print($0.string + "\n") }
        }
        return 0
    }
}

/// What other rules would have made of a recording, for people and for programs.
struct WhatIfReport {
    private let timelines: Timelines
    private let study: WhatIf.Study

    init(_ timelines: Timelines, _ study: WhatIf.Study) {
        self.timelines = timelines
        self.study = study
    }

    var isEmpty: Bool { study.turns.isEmpty }

    private static func word(_ rules: WhatIf.Rules) -> String {
        rules.isSequential ? "sequential" : rules.limit.map { "limit \($0)" } ?? "no limit"
    }

    private func timeline(_ turn: WhatIf.Study.Turn) -> Timeline { timelines[turn.timeline] }

    // MARK: For programs

    func json(path: String) -> JSONValue {
        var object: JSONObject = [
            "file": .string(path), "wall_us": .integer(study.wall), "replayed_us": .integer(study.replayed),
            "predictions": .array(
                study.predictions.map { prediction in
                    [
                        "rules": .string(Self.word(prediction.rules)), "wall_us": .integer(prediction.wall),
                        "peak": .integer(Int64(prediction.peak)),
                    ]
                }),
        ]
        if study.isApproximate {
            object["approx"] = ["turns"]
        }
        object["turns"] = .array(study.turns.enumerated().map { json($1, at: $0) })
        return .object(object)
    }

    private func json(_ turn: WhatIf.Study.Turn, at place: Int) -> JSONValue {
        let spent = timeline(turn).timeSpent(ofTurn: turn.turn)
        var object = JSONObject()
        if timelines.all.count > 1 {
            object["session"] = .string(timeline(turn).header.session)
        }
        if let number = timeline(turn).turns[turn.turn].number {
            object["turn"] = .integer(Int64(number))
        }
        object["wall_us"] = .integer(turn.wall)
        object["replayed_us"] = .integer(turn.replayed)
        var walls = JSONObject()
        for prediction in study.predictions {
            walls[Self.word(prediction.rules)] = .integer(prediction.walls[place])
        }
        object["predictions_us"] = .object(walls)
        object["spent"] = .array(
            spent.parts.map { part in
                var entry: JSONObject = ["on": .string(part.kind), "us": .integer(part.time)]
                switch part.purpose {
                case .tool(let name): entry["name"] = .string(name)
                case .waiting(let why): entry["why"] = .string(why.rawValue)
                case .model, .backoff, .unaccounted: break
                }
                return .object(entry)
            })
        object["held"] = .array(
            spent.holds.map { hold in
                var entry: JSONObject = ["why": .string(hold.why.rawValue), "us": .integer(hold.time)]
                if !hold.on.isEmpty {
                    entry["on"] = .string(hold.on)
                }
                return .object(entry)
            })
        return .object(object)
    }

    // MARK: For people

    func lines(path: String) -> [CleanText] {
        let bound: CleanText = study.isApproximate ? "≤" : ""
        var lines = [CleanText(path), ""]
        let recorded: [CleanText] = [
            "as recorded", bound + DurationText.length(study.wall), "", "",
        ]
        lines += TextTable.lines(
            ["RULES", "WALL", "AGAINST RECORDED", "PEAK"],
            [recorded]
                + study.predictions.map { prediction in
                    [
                        CleanText(Self.word(prediction.rules)), bound + DurationText.length(prediction.wall),
                        Self.change(prediction.wall, study.wall), CleanText(prediction.peak),
                    ]
                })
        lines.append("")
        let error = abs(Double(study.replayed - study.wall)) / Double(max(1, study.wall)) * 100
        lines.append(
            "Played again under its own rules it takes " + bound + DurationText.length(study.replayed) + ", "
                + CleanText(Int(error.rounded())) + " % off what was recorded.")
        if study.isApproximate {
            lines.append("Instants of it were not measured: the times are bounds, and so is what follows from them.")
        }
        for (place, turn) in study.turns.enumerated() {
            lines += self.lines(turn, at: place)
        }
        return lines
    }

    private func lines(_ turn: WhatIf.Study.Turn, at place: Int) -> [CleanText] {
        let own = timeline(turn).turns[turn.turn]
        let spent = timeline(turn).timeSpent(ofTurn: turn.turn)
        // Of a turn that took no time there is nothing to tell.
        guard !spent.parts.isEmpty else { return [] }
        let name = own.number.map { "turn " + CleanText($0) } ?? "calls of no turn"
        let title = own.title.map { "  " + CleanText($0).cut(to: TextTable.widest) } ?? ""
        var lines: [CleanText] = ["", name + title]
        let total = max(1, spent.parts.reduce(0) { $0 + $1.time })
        let parts = spent.parts.filter { $0.time * 100 >= total }.map { part in
            CleanText(part.word).cut(to: TextTable.widest) + " " + DurationText.length(part.time) + " ("
                + CleanText(Int(part.time * 100 / total)) + " %)"
        }
        // Very many may have less than a hundredth each.
        if !parts.isEmpty {
            lines.append("  its time went to: " + parts.joined(separator: ", "))
        }
        if !spent.holds.isEmpty {
            let holds = spent.holds.prefix(4).map { hold in
                CleanText(Self.words(hold.why)) + (hold.on.isEmpty ? "" : " (" + CleanText(hold.on).cut(to: TextTable.widest) + ")") + " "
                    + DurationText.length(hold.time)
            }
            lines.append("  calls on the critical path waited for: " + holds.joined(separator: ", "))
        }
        let walls = study.predictions.map { CleanText(Self.word($0.rules)) + " " + DurationText.length($0.walls[place]) }
        lines.append("  " + walls.joined(separator: " · "))
        return lines
    }

    private static func words(_ why: Event.Wait) -> String {
        switch why {
        case .limit: "a limit"
        case .order: "a resource"
        case .rate: "a rate"
        case .dependency: "a reference"
        case .approval: "approval"
        }
    }

    /// `2.1x faster`, or what comes to the same.
    private static func change(_ wall: Int64, _ recorded: Int64) -> CleanText {
        guard wall > 0, recorded > 0 else { return "" }
        let ratio = Double(recorded) / Double(wall)
        if ratio > 0.99, ratio < 1.01 { return "the same" }
        return ratio > 1 ? DurationText.ratio(ratio) + " faster" : DurationText.ratio(1 / ratio) + " slower"
    }
}

extension TimeSpent.Part {
    /// What kind of thing it went to.
    fileprivate var kind: String {
        switch purpose {
        case .model: "model"
        case .tool: "tool"
        case .backoff: "backoff"
        case .waiting: "waiting"
        case .unaccounted: "unaccounted"
        }
    }
}
