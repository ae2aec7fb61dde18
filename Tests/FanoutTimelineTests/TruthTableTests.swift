import FanoutEvents
import FanoutSession
import Foundation
import Testing

@Suite("What is measured")
struct TruthTableTests {
    private static let page = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../Sources/FanoutEvents/FanoutEvents.docc/WhatIsMeasured.md")

    /// The rows of the page's table by source: what each kind of event is said to be.
    private static func rows() throws -> [String: [String: String]] {
        var rows: [String: [String: String]] = [:]
        var columns: [String] = []
        for line in try String(contentsOf: page, encoding: .utf8).split(separator: "\n") where line.hasPrefix("|") {
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            if cells[0] == "source" {
                columns = Array(cells.dropFirst())
            } else if !columns.isEmpty, !cells[0].hasPrefix("---") {
                rows[cells[0]] = Dictionary(uniqueKeysWithValues: zip(columns, cells.dropFirst()))
            }
        }
        return rows
    }

    private static let late = EventReader.Arrival.later(1_795_300_000_000_000)
    private static let live = EventReader.Arrival.live(1_795_300_000_000_000)
    private static let kinds = ["call.requested", "call.started", "call.finished", "model.started", "model.finished"]

    /// A line of each kind, with an instant or without.
    private static func events(_ time: (Int) -> String) -> String {
        let told = [
            #""type":"model.started","turn":1,"request":"r""#, #""type":"call.requested","turn":1,"call":"c","name":"n","arguments":{}"#,
            #""type":"call.started","call":"c""#, #""type":"call.finished","call":"c","outcome":"ok""#,
            #""type":"model.finished","turn":1,"request":"r","finish":"stop""#,
        ]
        return told.enumerated().map { "{\($1)\(time($0))}\n" }.joined()
    }

    private static func read(_ bytes: [UInt8], _ format: StreamFormat, _ arrival: EventReader.Arrival) -> [Event] {
        var run = ClaudeRun([])
        let parser = format.parser(EventReader.Options())
        bytes.withUnsafeBytes { parser.read($0, arrival: arrival, into: &run) }
        parser.finish(arrival: arrival, into: &run)
        return run.events
    }

    private static func fixture(_ name: String, _ dialect: ClaudeParser.Dialect, _ arrival: EventReader.Arrival) throws -> [Event] {
        ClaudeRun(try ClaudeRun.fixture(name), dialect, arrival: arrival).events
    }

    /// The transcript of the fixtures with what hooks would have told of its calls.
    private static func withHooks() throws -> [Event] {
        let folder = try ClaudeHookTests.Folder()
        let bytes = try ClaudeRun.fixture("parallel.jsonl")
        let plain = ClaudeRun(bytes)
        let started = plain.headers[0].started
        for event in plain.events {
            guard case .callFinished(let body) = event.body else { continue }
            for (name, t) in [("PreToolUse", event.t - 9000), ("PostToolUse", event.t - 3000)] {
                var entry = HookEntry(event: name, session: plain.headers[0].session, time: started + t)
                entry.call = body.call
                entry.tool = "Bash"
                entry.run = name == "PostToolUse" ? 5000 : nil
                HookFile.append(entry, in: folder.path)
            }
        }
        return ClaudeRun(bytes, session: ClaudeSession(hookDirectory: folder.path)).events
    }

    static let sources: [(row: String, events: @Sendable () throws -> [Event])] = [
        ("events with `t` or `time`", { read(Array(events { #","t":\#($0)"# }.utf8), .events, live) }),
        ("events with `t` or `time`", { read(Array(events { #","time":\#(1_795_226_400 + $0)"# }.utf8), .events, late) }),
        ("events with neither, as they come", { read(Array(events { _ in "" }.utf8), .events, live) }),
        ("events with neither, from a file", { read(Array(events { _ in "" }.utf8), .events, late) }),
        (
            "message lists",
            {
                let list = #"""
                    [{"role":"user","content":"go"},{"role":"assistant","content":[{"type":"tool_use","id":"c","name":"n","input":{}}]},
                    {"role":"user","content":[{"type":"tool_result","tool_use_id":"c","content":"fine"}]}]
                    """#
                return read(Array(list.utf8), .messages, late)
            }
        ),
        ("Claude Code's transcript", { try fixture("parallel.jsonl", .transcript, late) }),
        ("the same, where no line tells of requests", { try fixture("era-1.0.jsonl", .transcript, late) }),
        ("the same, with hooks", { try withHooks() }),
        ("`stream-json`, as it comes", { try fixture("stream-agents.jsonl", .stream, live) }),
        ("`stream-json` with partial messages, as it comes", { try fixture("stream-pieces.jsonl", .stream, live) }),
        ("`stream-json` with partial messages, from a file", { try fixture("stream-pieces.jsonl", .stream, late) }),
    ]

    @Test("is what the page of it says", arguments: sources.indices)
    func told(number: Int) throws {
        let source = Self.sources[number]
        let row = try #require(try Self.rows()[source.row])
        var found: [String: Set<String>] = [:]
        for event in try source.events() {
            let kind: String? =
                switch event.body {
                case .callRequested: "call.requested"
                case .callStarted: "call.started"
                case .callFinished: "call.finished"
                case .modelStarted: "model.started"
                case .modelFinished: "model.finished"
                default: nil
                }
            if let kind {
                found[kind, default: []].insert(event.approx?.rawValue ?? "measured")
            }
        }
        #expect(Set(found.keys).isSubset(of: Self.kinds) && found["call.finished"] != nil)
        for (kind, words) in found {
            let told = (row[kind] ?? "").replacingOccurrences(of: " or ", with: "\n").split(separator: "\n").map(String.init)
            #expect(words == Set(told), "\(source.row): \(kind)")
        }
    }

    @Test("covers every source on the page but the engine, which has tests of its own")
    func whole() throws {
        let rows = Set(try Self.rows().keys).subtracting(Self.sources.map(\.row))
        #expect(rows == ["Fanout's own engine"])
    }
}
