import FanoutEvents
import FanoutJSON
import FanoutSession
import FanoutTestKit
import FanoutTimeline
import Foundation
import Testing

@Suite("What Claude Code writes")
struct ClaudeTranscriptTests {
    /// A file that the program itself wrote, and what a few lines of another language count in it.
    struct Example: Sendable, CustomTestStringConvertible {
        var name: String
        var isStream = false
        var agents: [String] = []
        var turns: Int
        var calls: Int
        var errors: Int
        /// Bytes of all arguments without whitespace, of all results as the model was given them, and of what the model said.
        var argumentBytes: Int
        var resultBytes: Int64
        var textBytes: Int

        var testDescription: String { name }
        var dialect: ClaudeParser.Dialect { isStream ? .stream : .transcript }
    }

    static let agents = "9e088a2c-ec35-44ce-8b64-8011731797bd"
    static let examples = [
        Example(name: "era-1.0.jsonl", turns: 1, calls: 2, errors: 0, argumentBytes: 63, resultBytes: 29, textBytes: 13),
        Example(name: "parallel.jsonl", turns: 3, calls: 7, errors: 2, argumentBytes: 341, resultBytes: 140, textBytes: 38),
        Example(name: "api-errors.jsonl", turns: 2, calls: 3, errors: 1, argumentBytes: 82, resultBytes: 17, textBytes: 16),
        Example(
            name: "\(agents).jsonl", agents: ["a2c49fa07c6e6fba9", "ae1fc12907781cd87"], turns: 8, calls: 11, errors: 5, argumentBytes: 555,
            resultBytes: 3238, textBytes: 58),
        Example(
            name: "stream-api-errors.jsonl", isStream: true, turns: 2, calls: 3, errors: 1, argumentBytes: 82, resultBytes: 17,
            textBytes: 16),
        Example(
            name: "stream-pieces.jsonl", isStream: true, turns: 3, calls: 7, errors: 2, argumentBytes: 341, resultBytes: 140, textBytes: 38),
        Example(
            name: "stream-agents.jsonl", isStream: true, turns: 6, calls: 11, errors: 5, argumentBytes: 555, resultBytes: 3238,
            textBytes: 38),
    ]

    private func run(_ example: Example, withPayloads: Bool = true, piece: Int = .max) throws -> ClaudeRun {
        let session = ClaudeSession(hookDirectory: nil)
        var all = ClaudeRun(
            try ClaudeRun.fixture(example.name), example.dialect, session: session, withPayloads: withPayloads, piece: piece)
        for agent in example.agents {
            let path = "\(Self.agents)/subagents/agent-\(agent).jsonl"
            session.join(ClaudeFiles.AgentFile(id: agent, path: ClaudeRun.fixtures.appending(path: path).path()))
            let more = ClaudeRun(
                try ClaudeRun.fixture(path), session: session, agent: agent, withPayloads: withPayloads, piece: piece)
            all.events += more.events
            all.offsets += more.offsets
            all.problems += more.problems
        }
        return all
    }

    @Test("comes to as many turns, calls, errors and bytes as are counted by hand", arguments: examples)
    func counted(example: Example) throws {
        let run = try run(example)
        var turns: Set<Int> = []
        var calls: [String] = []
        var ends: [String] = []
        var errors = 0
        var (argumentBytes, textBytes, resultBytes) = (0, 0, Int64(0))
        for event in run.events {
            switch event.body {
            case .turnStarted(let body):
                let (isNew, _) = turns.insert(body.turn)
                #expect(isNew)
            case .callRequested(let body):
                calls.append(body.call)
                argumentBytes += body.arguments?.utf8.count ?? 0
            case .callFinished(let body):
                ends.append(body.call)
                errors += body.outcome.isError ? 1 : 0
                resultBytes += body.bytes ?? 0
                let text = body.result?.value.string ?? body.error?.message
                #expect(text?.isEmpty == false)
            case .modelOutput(let body): textBytes += body.text.utf8.count
            default: break
            }
        }
        #expect(turns == Set(1...example.turns))
        #expect(calls.count == example.calls && Set(calls).count == example.calls)
        #expect(ends.sorted() == calls.sorted())
        #expect(errors == example.errors)
        #expect(argumentBytes == example.argumentBytes)
        #expect(resultBytes == example.resultBytes)
        #expect(textBytes == example.textBytes)
        #expect(try CheckEvents.violations(in: run.events, isOurs: false) == "")
    }

    @Test("reads byte by byte as it does whole, and is recognized by its beginning", arguments: examples)
    func pieces(example: Example) throws {
        let bytes = try ClaudeRun.fixture(example.name)
        let whole = try run(example)
        for size in [1, 7, 4096] {
            #expect(try run(example, piece: size).brief == whole.brief)
        }
        let format = bytes.withUnsafeBytes { StreamFormat.recognize($0, isWhole: false) }
        #expect(format == (example.isStream ? .claudeStream : .claudeTranscript))
    }

    @Test("gives back from its own lines what was left in place", arguments: examples)
    func placed(example: Example) throws {
        let path = ClaudeRun.fixtures.appending(path: example.name).path()
        let bytes = try ClaudeRun.fixture(example.name)
        let full = ClaudeRun(bytes, example.dialect)
        let light = ClaudeRun(bytes, example.dialect, withPayloads: false)
        #expect(full.events.map(\.t) == light.events.map(\.t))
        let store = PayloadStore()
        let source = store.add(file: try SessionFile.open(path), format: example.isStream ? .claudeStream : .claudeTranscript)
        for (event, offset) in zip(full.events, light.offsets) {
            let found = store.event(at: Place(source: source, offset: offset))?.body
            switch (event.body, found) {
            case (.callRequested(let a), .callRequested(let b)?): #expect(a.arguments == b.arguments && a.call == b.call)
            case (.callFinished(let a), .callFinished(let b)?): #expect(a == b)
            case (.modelOutput(let a), .modelOutput(let b)?): #expect(a.text == b.text && a.kind == b.kind)
            case (.message(let a), .message(let b)?): #expect(a.text == b.text)
            case (.modelRetrying(let a), .modelRetrying(let b)?): #expect(a.error == b.error && a.delay == b.delay)
            case (.modelFinished(let a), .modelFinished(let b)?): #expect(a.finish == b.finish && a.error == b.error)
            case (.callRequested, _), (.callFinished, _), (.modelOutput, _), (.message, _), (.modelRetrying, _), (.modelFinished, _):
                Issue.record("\(ClaudeRun.brief(event)) is not in its line")
            default: break
            }
        }
    }

    @Test("of a whole session its agents' files are read as well, as the work of the calls that set them to it")
    func agentsLoad() throws {
        let timelines = try SessionFile.load(ClaudeRun.fixtures.appending(path: "\(Self.agents).jsonl").path())
        let timeline = timelines[0]
        #expect(timelines.all.count == 1)
        #expect(timeline.header.session == Self.agents)
        #expect(timeline.header.title == "Spawn agents")
        for (call, agent, child) in [("toolu_agentX", "check one", "toolu_subA1"), ("toolu_agentY", "check two", "toolu_subB1")] {
            let lane = try #require(timeline.lane(ofCall: call))
            #expect(timeline.children(of: lane).count == 2)
            let work = try #require(timeline.lane(ofCall: child))
            #expect(timeline.turns[Int(timeline.lane(work).turn)].parent == lane)
            #expect(timeline.agent(of: work) == agent)
        }
        #expect(timeline.over != nil)
    }

    @Test("a stream that was kept, and comes long after, is told as if it came as it was written")
    func kept() throws {
        let run = ClaudeRun(try ClaudeRun.fixture("stream-pieces.jsonl"), .stream, arrival: .live(1_795_300_000_000_000))
        let instants = run.events.map(\.t)
        #expect(instants.allSatisfy { (0...3_100_000).contains($0) }, "\(instants)")
        #expect(run.headers.first?.started == 1_795_300_000_000_000)
    }

    @Test("what has begun is told while it is written, and a line is read once it is whole")
    func whileWritten() throws {
        let bytes = try ClaudeRun.fixture("parallel.jsonl")
        let parser = ClaudeParser(.transcript, EventReader.Options(), session: ClaudeSession(hookDirectory: nil))
        var run = ClaudeRun([])
        var seen: [Int] = []
        for line in bytes.split(separator: 0x0a) {
            for part in [Array(line.prefix(40)), Array(line.dropFirst(40)) + [0x0a]] {
                part.withUnsafeBytes { parser.read($0, arrival: .live(1_795_300_000_000_000), into: &run) }
            }
            seen.append(run.events.count)
        }
        #expect(seen.last == run.events.count)
        let live = Set(run.brief)
        // When a reply was over is told earlier here than where the next line is known.
        let later = ClaudeRun(bytes).brief.filter { !$0.contains(" calls ") }
        #expect(later.allSatisfy { live.contains($0) })
        #expect(run.brief.contains { $0.contains("r1 calls") })
    }
}
