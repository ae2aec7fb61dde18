import FanoutSession
import Testing

/// Which recordings go.
struct PruningTests {
    private static let day: Int64 = 86_400_000_000

    private static func entry(_ name: String, age: Int64, size: Int64, _ state: SessionEntry.State = .ok) -> SessionEntry {
        SessionEntry(path: name, kind: "fanout", session: name, started: 0, changed: 100 * day - age * day, size: size, state: state)
    }

    @Test("by age, by what all take together with the oldest first, by both; what is being recorded never")
    func plans() {
        let entries = [
            Self.entry("new", age: 1, size: 50), Self.entry("old", age: 40, size: 20), Self.entry("older", age: 50, size: 30),
            Self.entry("live", age: 60, size: 500, .recording), Self.entry("mid", age: 10, size: 40, .open),
        ]
        let rows: [(longest: Int64?, largest: Int64?, removed: [String])] = [
            (30, nil, ["older", "old"]), (50, nil, []), (nil, 640, []), (nil, 639, ["older"]), (nil, 600, ["older", "old"]),
            (nil, 0, ["older", "old", "mid", "new"]), (45, 600, ["older", "old"]), (45, 10_000, ["older"]),
        ]
        for row in rows {
            let plan = PruningPlan(entries, now: 100 * Self.day, longest: row.longest.map { $0 * Self.day }, largest: row.largest)
            #expect(plan.removed.map(\.path) == row.removed, "\(row)")
            #expect(plan.kept.count == entries.count - row.removed.count)
        }
    }

    @Test("words are searched in title, id and path")
    func words() {
        var entry = Self.entry("/a/2026_x.fanout.jsonl", age: 1, size: 1)
        entry.title = "Fix the ÜBER bug"
        #expect(entry.matches([]) && entry.matches(["über", "FIX"]) && entry.matches(["2026"]))
        #expect(!entry.matches(["fix", "absent"]))
    }
}
