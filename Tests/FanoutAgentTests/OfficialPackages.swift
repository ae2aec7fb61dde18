import FanoutAgent
import FanoutEvents
import FanoutJSON
import FanoutTestKit
import Foundation

/// What the official `openai` and `anthropic` packages make of our requests and of our test server, and what they write themselves.
struct OfficialPackages {
    struct Missing: Error, CustomStringConvertible {
        let description = "there is no .build/venv with the official packages; run .dev/setup tests"
    }

    struct Broken: Error, CustomStringConvertible {
        var description: String
    }

    /// Replies out of the packages' types.
    var replies: [JSONValue]
    /// By the name of a request, or of a reply of the test server: null, or an objection.
    var requests: JSONValue
    var streams: JSONValue
    /// By form: what the client made of a whole reply and of a streamed one, or its complaint.
    var servers: JSONValue

    /// One process for all tests.
    static let shared = Task { try await OfficialPackages() }

    private init() async throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let python = root.appending(path: ".build/venv/bin/python")
        guard FileManager.default.isExecutableFile(atPath: python.path) else { throw Missing() }

        let servers = try WireForm.allCases.map { form in
            let spoken = (JudgedReplies.text, JudgedReplies.calls)
            return (
                form,
                try FakeModelServer(
                    form: form, key: "sk-secret",
                    steps: [.reply(form.whole(saying: spoken.0, spoken.1)), .stream([form.stream(saying: spoken.0, spoken.1)])])
            )
        }
        let addresses = servers.map { form, server -> JSONValue in
            ["form": .string(form.rawValue), "base_url": .string(server.baseURL)]
        }
        let posted = Guarded<[JSONValue]>([])
        let listener = try LoopbackServer { request in
            let body = JSONText(unchecked: request.body).value
            let count = posted.withLock { posted in
                posted.append(body)
                return posted.count
            }
            let answer: JSONValue =
                count > 1
                ? [:]
                : [
                    "requests": .array(JudgedRequests.all(continuing: body.array ?? [])), "streams": .array(JudgedReplies.all),
                    "servers": .array(addresses),
                ]
            return .reply(status: 200, headers: ["content-type": "application/json"], body: JSONText(answer).utf8)
        }
        let said = FileManager.default.temporaryDirectory.appending(path: "fanout-judge-\(UUID().uuidString)")
        try Data().write(to: said)
        defer { try? FileManager.default.removeItem(at: said) }
        let output = try FileHandle(forWritingTo: said)
        let process = Process()
        process.executableURL = python
        process.arguments = ["-B", root.appending(path: "Tests/FanoutAgentTests/Python/judge.py").path, listener.url]
        process.standardOutput = output
        process.standardError = output
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            process.terminationHandler = { _ in continuation.resume() }
            do {
                try process.run()
            } catch {
                process.terminationHandler = nil
                continuation.resume(throwing: error)
            }
        }
        listener.stop()
        for (_, server) in servers {
            server.stop()
        }
        let bodies = posted.withLock { $0 }
        guard process.terminationStatus == 0, bodies.count == 2 else {
            let text = String(decoding: try Data(contentsOf: said), as: UTF8.self)
            throw Broken(
                description: "judge.py ended with \(process.terminationStatus); if a package is missing, run .dev/setup tests\n\(text)")
        }
        replies = bodies[0].array ?? []
        requests = bodies[1]["requests"] ?? .null
        streams = bodies[1]["streams"] ?? .null
        self.servers = bodies[1]["servers"] ?? .null
    }
}

/// Replies of the tests' own server, for the packages to judge.
enum JudgedReplies {
    static let text = "Let me see, é 😀."
    static let calls = [SpokenCall("call_1", "look", #"{"at": "a"}"#), SpokenCall("call_2", "change", "{}")]

    static let cases: [(name: String, text: String?, calls: [SpokenCall])] = [
        ("text", text, []), ("calls", nil, calls), ("both", text, calls),
    ]

    static var all: [JSONValue] {
        WireForm.allCases.flatMap { form in
            cases.map { name, text, calls in
                [
                    "name": .string("\(form.rawValue) \(name)"), "form": .string(form.rawValue),
                    "stream": .string(String(decoding: form.stream(saying: text, calls), as: UTF8.self)),
                    "whole": form.whole(saying: text, calls),
                ]
            }
        }
    }
}
