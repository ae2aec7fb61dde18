internal import FanoutEvents
internal import FanoutJSON
internal import FanoutSession
internal import FanoutTimeline
internal import FanoutView

extension ProgramCommand {
    /// Tells what of a recording could have run together, and what failures cost.
    static let advise = ProgramCommand(
        name: "advise", operands: "FILE", summary: "what could have run together and did not, and the seconds that it cost",
        options: [Option("json", "one JSON object"), Option("strict", "refuses a file with a line that cannot be read")]
    ) { options in
        guard options.operands.count == 1 else {
            throw UsageError(options.operands.isEmpty ? "advise: name a recording" : "advise: one recording at a time")
        }
        let path = options.operands[0]
        let ledger = Ledger(recorder: nil)
        try ledger.load(path, isStrict: options.has("strict"))
        let advice = ledger.timelines.all.flatMap { timeline in timeline.advice { ledger.event(at: $0) } }
            .sorted { ($1.saving, $0.count) < ($0.saving, $1.count) }
        if options.has("json") {
            let object: JSONValue = ["file": .string(path), "advice": .array(advice.map(\.json))]
            Console.print(object.description + "\n")
            return 0
        }
        guard !advice.isEmpty else {
            Console.print("Nothing was found that would have saved time.\n")
            return 0
        }
        for entry in advice {
            let saving = DurationText.length(entry.saving)
            let pad = String(repeating: " ", count: max(0, 6 - saving.columns))
            Console.print("\(pad)\(saving.string)  \(entry.words.string)\n")
        }
        return 0
    }
}

extension Advice {
    /// What was found, and what to change.
    fileprivate var words: CleanText {
        let calls = CleanText(counted(count, "call"))
        switch finding {
        case .askedOneByOne(let tool, let turns):
            let list = turns.isEmpty ? CleanText(counted(count, "turn")) : "turns " + turns.map { CleanText($0) }.joined(separator: ", ")
            return list + " asked for one " + CleanText(tool)
                + " each, and none of them needs an earlier one's result: have the model ask for all of them in one reply"
                + " (parallel_tool_calls on, and say so in the prompt)"
        case .sequential:
            return calls + " ran one after the other because the strategy was sequential: use --strategy parallel, and declare what tools"
                + " write so that only those wait"
        case .turnLimit(let limit):
            return calls + " shared a limit of " + CleanText(limit) + " at once: raise --limit"
        case .toolLimit(let tool, let limit):
            return calls + " of " + CleanText(tool) + " shared its limit of " + CleanText(limit)
                + ": raise \"limit\" in its tools file, if what"
                + " it asks can bear more"
        case .pool(let name, let limit):
            return calls + " shared the pool " + CleanText(name) + ", which let " + CleanText(limit) + " run: raise its limit, or split it"
        case .toolRate(let tool):
            return calls + " of " + CleanText(tool)
                + " waited for its rate: raise \"rate\" in its tools file, if what it asks can bear more"
        case .resource(let name):
            return calls + " took turns at " + CleanText(name)
                + ": if they do not touch the same part of it, give the parts names of their own"
        case .failures(let tool):
            return CleanText(count) + (count == 1 ? " failed attempt" : " failed attempts") + " of " + CleanText(tool)
                + " on the critical path: see its errors with `fanout replay`, and whether a shorter timeout would find them sooner"
        }
    }

    fileprivate var json: JSONValue {
        var object: JSONObject = ["saving_us": .integer(saving), "count": .integer(Int64(count))]
        switch finding {
        case .askedOneByOne(let tool, let turns):
            object["finding"] = "asked_one_by_one"
            object["tool"] = .string(tool)
            object["turns"] = .array(turns.map { .integer(Int64($0)) })
        case .sequential:
            object["finding"] = "sequential"
        case .turnLimit(let limit):
            object["finding"] = "turn_limit"
            object["limit"] = .integer(Int64(limit))
        case .toolLimit(let tool, let limit):
            object["finding"] = "tool_limit"
            object["tool"] = .string(tool)
            object["limit"] = .integer(Int64(limit))
        case .pool(let name, let limit):
            object["finding"] = "pool_limit"
            object["pool"] = .string(name)
            object["limit"] = .integer(Int64(limit))
        case .toolRate(let tool):
            object["finding"] = "tool_rate"
            object["tool"] = .string(tool)
        case .resource(let name):
            object["finding"] = "resource"
            object["resource"] = .string(name)
        case .failures(let tool):
            object["finding"] = "failures"
            object["tool"] = .string(tool)
        }
        object["change"] = .string(words.string)
        return .object(object)
    }
}
