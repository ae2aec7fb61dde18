import Foundation
import Testing

/// What the page for those who write events shows is run as it stands there.
struct ProducerPageTests {
    private static let page = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../Sources/FanoutEvents/FanoutEvents.docc/WritingEventsFromAnyLanguage.md")
    private static let checker = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../check-events").path()

    /// The first block of code below a heading.
    private static func code(_ heading: String) throws -> String {
        let text = try String(contentsOf: page, encoding: .utf8)
        let section = try #require(text.components(separatedBy: "\n### \(heading)\n").dropFirst().first)
        let block = try #require(section.components(separatedBy: "\n```").dropFirst().first)
        return block.split(separator: "\n", maxSplits: 1).last.map { $0 + "\n" } ?? ""
    }

    /// Whether there is such a program here.
    private static func has(_ program: String) -> Bool {
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
            FileManager.default.isExecutableFile(atPath: "\($0)/\(program)")
        }
    }

    private static let producers: [(heading: String, file: String, command: [String])] = [
        ("Python, asyncio", "producer.py", ["python3"]), ("Python, threads", "producer.py", ["python3"]),
        ("TypeScript", "producer.mjs", ["node"]), ("Go", "producer.go", ["go", "run"]), ("Shell", "producer.sh", ["sh"]),
        ("Shell", "producer.sh", ["bash"]),
    ].filter { has($0.2[0]) }

    @Test("each producer of the page is watched as a command and through a pipe, and tells the same", arguments: producers)
    func producer(heading: String, file: String, command: [String]) throws {
        let folder = try ProgramFolder()
        try folder.write(file, try Self.code(heading))
        try folder.write("three", "abc")
        try folder.write("a \"quoted\" name", "")
        let files = ["three", "a \"quoted\" name", "missing"]
        let words = (command + [file] + files).map { "'\($0)'" }.joined(separator: " ")
        let environment = ["HOME": folder.path, "GOCACHE": folder.file("go"), "GOFLAGS": "-mod=mod"]
        let started = try folder.shell("\"$FANOUT\" watch --ui json --no-record -- \(words)", environment: environment)
        let piped = try folder.shell("\(words) | \"$FANOUT\" watch - --ui json --no-record", environment: environment)
        for run in [started, piped] {
            #expect(run.error == "")
            #expect(run.status == 0)
            let check = try folder.shell("python3 '\(Self.checker)' --summary -", input: run.output)
            #expect(check.status == 0, "\(check.output)\(check.error)")
            let told = try run.output.split(separator: "\n").compactMap {
                try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
            }
            let starts = told.filter { $0["type"] as? String == "call.started" }
            #expect(Set(starts.compactMap { ($0["arguments"] as? [String: String])?["of"] }) == Set(files))
            #expect(Set(starts.compactMap { $0["name"] as? String }) == ["size"])
            let ends = told.filter { $0["type"] as? String == "call.finished" }
            #expect(ends.compactMap { $0["outcome"] as? String }.sorted() == ["failed", "ok", "ok"])
            #expect(ends.contains { "\(($0["result"] as Any?) ?? "")".contains("3") })
        }
    }

    @Test("every line that the page shows is an event, and every type there is stands on it once")
    func lines() throws {
        let text = try String(contentsOf: Self.page, encoding: .utf8)
        let blocks = text.components(separatedBy: "\n```json\n").dropFirst().compactMap { $0.components(separatedBy: "\n```").first }
        let folder = try ProgramFolder()
        let shown = blocks.joined(separator: "\n") + "\n"
        let check = try folder.shell("python3 '\(Self.checker)' -", input: shown)
        #expect(check.status == 0, "\(check.output)")
        let watch = try folder.run("watch", "-", "--strict", "--ui", "json", "--no-record", input: shown)
        #expect(watch.status == 0, "\(watch.error)")
        let known = try String(contentsOfFile: Self.checker, encoding: .utf8).components(separatedBy: "FIELDS = {").dropFirst().first?
            .components(separatedBy: "\n}").first?.matches(of: /"([a-z.]+)": \{/).map { String($0.1) }
        let types = Set(shown.matches(of: /"type":"([a-z.]+)"/).map { String($0.1) })
        #expect(types == Set(known ?? []))
        for type in types {
            #expect(text.components(separatedBy: "\n| `\(type)` |").count == 2, "\(type)")
        }
    }
}
