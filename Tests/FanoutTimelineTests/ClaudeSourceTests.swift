import FanoutEvents
import FanoutIngest
import FanoutSession
import FanoutTimeline
import Foundation
import Testing

@Suite("Sessions of Claude Code that are followed")
struct ClaudeSourceTests {
    private let folder: ClaudeHookTests.Folder
    private let projects: ClaudeProjects
    private let ledger = Ledger(recorder: nil)
    private static let directory = "/home/dev/my.app"

    init() throws {
        let folder = try ClaudeHookTests.Folder()
        self.folder = folder
        projects = ClaudeProjects { $0 == "CLAUDE_CONFIG_DIR" ? folder.path : nil }
    }

    private func source(_ scope: ClaudeSource.Scope) throws -> ClaudeSource {
        try ClaudeSource(scope, projects: projects, hookDirectory: folder.path + "/hooks", withPayloads: false, ledger: ledger)
    }

    private func add(_ text: String, to name: String, in directory: String = "-home-dev-my-app") throws {
        let path = "\(folder.path)/projects/\(directory)/\(name)"
        try FileManager.default.createDirectory(
            atPath: path.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 }, withIntermediateDirectories: true)
        if !FileManager.default.fileExists(atPath: path) {
            try Data().write(to: URL(filePath: path))
        }
        let file = try FileHandle(forWritingTo: URL(filePath: path))
        try file.seekToEnd()
        try file.write(contentsOf: Data(text.utf8))
        try file.close()
    }

    private func call(_ session: String, _ id: String, name: String = "Bash", agent: String? = nil) -> String {
        #"{"type":"assistant","uuid":"\#(id)","timestamp":"2026-11-21T02:00:00.000Z","sessionId":"\#(session)","#
            + (agent.map { #""isSidechain":true,"agentId":"\#($0)","# } ?? "")
            + #""message":{"id":"m\#(id)","model":"m","content":[{"type":"tool_use","id":"\#(id)","name":"\#(name)","input":{}}]}}"# + "\n"
    }

    /// The calls of each session.
    private var calls: [String: [String]] {
        var calls: [String: [String]] = [:]
        for timeline in ledger.timelines.all {
            calls[timeline.header.session] = timeline.laneRange.filter { timeline.lane($0).kind == .call }.map { timeline.id(of: $0) }
        }
        return calls
    }

    @Test("of a directory the newest is followed, then each one that begins or goes on")
    func directory() throws {
        let source = try source(.directory(Self.directory))
        #expect(source.read(now: 0).count == 1)
        try add(call("one", "a"), to: "one.jsonl")
        #expect(source.read(now: 0) == [.notice("following one")])
        #expect(calls == ["one": ["a"]])
        try add(call("one", "b"), to: "one.jsonl")
        try add(call("two", "c"), to: "two.jsonl")
        try add(call("away", "z"), to: "away.jsonl", in: "-home-dev-other")
        _ = source.read(now: 0)
        #expect(calls == ["one": ["a", "b"], "two": ["c"]])
    }

    @Test("an older session is left alone until it goes on")
    func idle() throws {
        try add(call("old", "a"), to: "old.jsonl")
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 1_000_000)],
            ofItemAtPath: "\(folder.path)/projects/-home-dev-my-app/old.jsonl")
        try add(call("new", "b"), to: "new.jsonl")
        let source = try source(.directory(Self.directory))
        _ = source.read(now: 0)
        #expect(calls == ["new": ["b"]])
        try add(call("old", "c"), to: "old.jsonl")
        _ = source.read(now: 0)
        #expect(calls == ["new": ["b"], "old": ["a", "c"]])
    }

    @Test("files of agents are taken up as they come, and joined to the calls that they work for")
    func agents() throws {
        try add(call("one", "task", name: "Agent"), to: "one.jsonl")
        let source = try source(.directory(Self.directory))
        _ = source.read(now: 0)
        try add(#"{"toolUseId":"task","description":"look"}"#, to: "one/subagents/agent-q.meta.json")
        try add(call("one", "x", agent: "q"), to: "one/subagents/agent-q.jsonl")
        _ = source.read(now: 0)
        try add(call("one", "y", agent: "q"), to: "one/subagents/agent-q.jsonl")
        _ = source.read(now: 0)
        #expect(calls == ["one": ["task", "x", "y"]])
        let timeline = ledger.timelines[0]
        let lane = try #require(timeline.lane(ofCall: "y"))
        #expect(timeline.turns[Int(timeline.lane(lane).turn)].parent == timeline.lane(ofCall: "task"))
        #expect(timeline.agent(of: lane) == "look")
    }

    @Test("files of agents that stand beside a session's own are its own where they name it")
    func siblings() throws {
        let id = "11111111-2222-4333-8444-555555555555"
        let told = call(id, "task", name: "Task").replacingOccurrences(
            of: #""input":{}"#, with: #""input":{"prompt":"find","description":"look"}"#)
        try add(told, to: "\(id).jsonl")
        let prompt =
            #"{"type":"user","isSidechain":true,"agentId":"q","uuid":"p","timestamp":"2026-11-21T02:00:00.000Z","sessionId":"\#(id)","#
        try add(prompt + #""message":{"content":"find"}}"# + "\n" + call(id, "x", agent: "q"), to: "agent-q.jsonl")
        try add(call("another", "y", agent: "r"), to: "agent-r.jsonl")
        let path = "\(folder.path)/projects/-home-dev-my-app/\(id).jsonl"
        let timelines = try SessionFile.load(path)
        let timeline = timelines[0]
        #expect(timelines.all.count == 1 && timeline.lane(ofCall: "y") == nil)
        let lane = try #require(timeline.lane(ofCall: "x"))
        #expect(timeline.turns[Int(timeline.lane(lane).turn)].parent == timeline.lane(ofCall: "task"))
        #expect(timeline.agent(of: lane) == "look")
    }

    @Test("of all directories those that were written to within a day are followed")
    func all() throws {
        try add(call("one", "a"), to: "one.jsonl")
        try add(call("two", "b"), to: "two.jsonl", in: "-home-dev-other")
        try add(call("past", "c"), to: "past.jsonl", in: "-home-dev-other")
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 1_000_000)],
            ofItemAtPath: "\(folder.path)/projects/-home-dev-other/past.jsonl")
        let source = try source(.all)
        let now = Int64(Date().timeIntervalSince1970 * 1_000_000)
        _ = source.read(now: now)
        #expect(Set(calls.keys) == ["one", "two"])
        try add(call("three", "d"), to: "three.jsonl", in: "-home-dev-third")
        _ = source.read(now: now)
        #expect(Set(calls.keys) == ["one", "two", "three"])
    }

    @Test("a file that was written anew is read again, and nothing of it counts twice", arguments: [true, false])
    func anew(isReplaced: Bool) throws {
        try add(call("one", "a") + call("one", "b"), to: "one.jsonl")
        let path = "\(folder.path)/projects/-home-dev-my-app/one.jsonl"
        let source = try source(.file(path))
        _ = source.read(now: 0)
        let text = call("one", "a") + call("one", "c")
        if isReplaced {
            try FileManager.default.removeItem(atPath: path)
        } else {
            try FileHandle(forWritingTo: URL(filePath: path)).truncate(atOffset: 0)
            _ = source.read(now: 0)
        }
        try add(text, to: "one.jsonl")
        _ = source.read(now: 0)
        #expect(calls == ["one": ["a", "b", "c"]])
    }

    @Test("sessions are found by their directories, with a title where there is one")
    func found() throws {
        let prompt = #"{"type":"user","uuid":"u","timestamp":"2026-11-21T02:00:00.000Z","sessionId":"one","cwd":"/home/dev/my.app","#
        try add(prompt + #""message":{"content":"do it"}}"# + "\n" + #"{"type":"ai-title","aiTitle":"Doing it"}"# + "\n", to: "one.jsonl")
        try add("", to: "agent-x.jsonl")
        try add("", to: "notes.txt")
        let entries = projects.sessions()
        #expect(entries.map(\.id) == ["one"])
        let glance = ClaudeProjects.glance(entries[0].path)
        #expect(glance.title == "Doing it" && glance.firstPrompt == "do it" && glance.directory == Self.directory)
        let listed = SessionCatalog(shelves: [ClaudeShelf(projects)]).entries(matching: ["doing"], isThorough: true)
        #expect(listed.map(\.title) == ["Doing it"] && listed.map(\.kind) == ["claude"] && listed.map(\.calls) == [0])
        #expect(projects.folders(of: "/home/dev/my.app") == ["\(folder.path)/projects/-home-dev-my-app"])
        #expect(projects.folders(of: "/ä/\u{1F600}x").first?.hasSuffix("/----x") == false)
        #expect(projects.folders(of: "/ä/\u{1F600}x").first?.hasSuffix("/-----x") == true)
    }
}
