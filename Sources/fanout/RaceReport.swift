internal import FanoutEvents
internal import FanoutJSON
internal import FanoutStage
internal import FanoutTimeline
internal import FanoutView

/// What came of a race, for people and for programs.
struct RaceReport {
    private let race: Race
    private let standings: [Race.Standing]
    private let verdict: RaceVerdict?
    private let glyphs: Glyphs

    init(_ race: Race, glyphs: Glyphs) {
        self.race = race
        self.glyphs = glyphs
        standings = race.standings(at: race.last)
        verdict = RaceVerdict(standings)
    }

    private var precision: Precision { race.isApproximate ? .atMost : .measured }

    /// A line for a contestant that has ended.
    static func line(_ race: Race, _ place: Int, glyphs: Glyphs) -> CleanText {
        let standing = race.standing(place, at: race.last)
        let width = race.contestants.map(\.name.columns).max() ?? 0
        let name = race.contestants[place].name
        let pad = CleanText(String(repeating: " ", count: width - name.columns))
        let errors: CleanText = standing.errors > 0 ? ", " + CleanText(standing.errors) + " err" : ""
        let time = DurationText.length(standing.clock, race.isApproximate ? .atMost : .measured, glyphs)
        return CleanText(String(glyphs.ok.scalar)) + " " + name + pad + "  " + time + "  " + CleanText(standing.done) + " of "
            + CleanText(counted(race.calls, "call")) + " done" + errors
    }

    /// The table, the verdict, and what it rests on.
    func lines() -> [CleanText] {
        let slowest = standings.map(\.clock).max() ?? 0
        let rows = standings.enumerated().map { place, standing -> [CleanText] in
            let ratio: CleanText =
                standing.clock > 0
                ? DurationText.ratio(Double(slowest) / Double(standing.clock), race.isApproximate ? .about : .measured, glyphs) : ""
            return [
                race.contestants[place].name, DurationText.length(standing.clock, precision, glyphs), ratio,
                DurationText.length(standing.sum, precision, glyphs), CleanText(standing.peak),
            ]
        }
        var lines: [CleanText] = [""] + TextTable.lines(["STRATEGY", "WALL", "AGAINST SLOWEST", "SUM", "PEAK"], rows) + [""]
        if let verdict {
            lines.append(
                verdict.words(race.contestants.map(\.name), isApproximate: race.isApproximate, columns: .max, glyphs: glyphs))
        }
        if let results = race.results {
            lines.append(
                results.difference.map { "results differ: " + $0 }
                    ?? "same results: " + CleanText(results.same) + " of " + CleanText(results.calls))
        }
        lines.append(race.basisWords(glyphs))
        return lines
    }

    /// - Parameter source: What names the workload: a scenario, or a file and its turn.
    func json(_ source: JSONObject, entrants: [RaceEntrant]) -> JSONValue {
        var object = source
        switch race.basis {
        case .measured(let atOnce):
            object["basis"] = "measured"
            object["at_once"] = .bool(atOnce)
        case .predicted(_, let recorded):
            object["basis"] = "predicted"
            object["recorded_us"] = .integer(recorded)
        }
        if race.isApproximate {
            object["approx"] = ["recorded_us", "wall_us"]
        }
        object["calls"] = .integer(Int64(race.calls))
        object["contestants"] = .array(zip(entrants, standings).map { contestant($0, $1) })
        if let verdict {
            let names = verdict.winners.map { JSONValue.string(entrants[$0].word) }
            if names.count == 1 {
                object["winner"] = names[0]
            } else {
                object["tied"] = .array(names)
            }
            if let ratio = verdict.ratio {
                object["ratio"] = .number(ratio)
            }
            object["saved_us"] = .integer(verdict.saved)
        }
        if let results = race.results {
            object["same_results"] = .integer(Int64(results.same))
        }
        return .object(object)
    }

    private func contestant(_ entrant: RaceEntrant, _ standing: Race.Standing) -> JSONValue {
        let slowest = standings.map(\.clock).max() ?? 0
        var object: JSONObject = ["strategy": .string(entrant.word), "wall_us": .integer(standing.clock), "sum_us": .integer(standing.sum)]
        if standing.clock > 0 {
            object["ratio"] = .number(Double(slowest) / Double(standing.clock))
        }
        object["peak"] = .integer(Int64(standing.peak))
        object["done"] = .integer(Int64(standing.done))
        object["errors"] = .integer(Int64(standing.errors))
        return .object(object)
    }
}
