import FanoutJSON
import Foundation
import Testing

@testable import FanoutTools

/// What the protocol's client decides, without a server.
struct MCPSessionTests {
    /// A session that has asked as many requests as the recorded client had, with numbers of its own for tokens.
    private static func session(asked count: Int) -> MCPSession {
        var session = MCPSession(version: "1")
        for _ in 0..<count {
            _ = session.ask(MCPRequest(method: "tools/call"))
        }
        return session
    }

    /// What a server said in a recorded session, as the bytes that came.
    private static func recorded(_ name: String) throws -> [UInt8] {
        let log = String(decoding: try Fixture("mcp/\(name).log").bytes, as: UTF8.self)
        let lines = log.split(separator: "\n").filter { $0.hasPrefix("<- ") }.map { $0.split(separator: " ", maxSplits: 2)[2] }
        return Array((lines.joined(separator: "\n") + "\n").utf8)
    }

    private static func brief(_ reaction: MCPSession.Reaction) -> String {
        switch reaction {
        case .answered(let id, .success(let result)): "\(id) ok \(result.value.object?.keys.sorted().joined(separator: ",") ?? "")"
        case .answered(let id, .failure(let fault)): "\(id) fault \(fault.code) \(fault.words)"
        case .progress(let id, let progress): "\(id) at \(progress.done ?? -1) of \(progress.total ?? -1): \(progress.message ?? "")"
        case .log(let level, let text): "\(level) \(text)"
        case .reply(let message): String(decoding: message.text, as: UTF8.self)
        case .toolsChanged: "tools changed"
        case .problem(let text): "problem: \(text)"
        case .nothing: "nothing"
        }
    }

    private static func reactions(to pieces: [ArraySlice<UInt8>], asked count: Int) -> [String] {
        var session = session(asked: count)
        var lines = LineCutter(limit: 1 << 20)
        let reader = JSONReader()
        var reactions: [String] = []
        for piece in pieces {
            for line in lines.take(piece) {
                reactions += MCPMessage.read(line, by: reader).map { brief(session.receive($0)) }
            }
        }
        return reactions
    }

    private static let progress = [
        "nothing", "2 at 1.0 of 2.0: step 1", "nothing", "nothing", "2 at 2.0 of 2.0: step 2",
    ]
    static let recordings: [(String, Int, [String])] = [
        (
            "rec_stdio_legacy_2025-11-25_mcp-server-time", 10,
            [
                "0 ok capabilities,protocolVersion,serverInfo", "1 ok tools", "2 ok content,isError,structuredContent",
                "3 ok content,isError", "4 fault -32602 Unknown tool: no_such_tool", "5 ok content,isError",
                "problem: answered a request that was never made (id \"s-6\"); the answer is dropped", "7 fault -32601 Method not found",
                "8 fault -32602 Invalid request parameters", "9 fault -32601 Method not found",
            ]
        ),
        (
            "rec_stdio_legacy_mcp-server-git", 4,
            ["0 ok capabilities,protocolVersion,serverInfo", "2 ok content,isError", "3 ok content,isError"]
        ),
        (
            "rec_stdio_modern_2026-07-28_mcp-server-time", 7,
            [
                "problem: answered a request that was never made (id \"d1\"); the answer is dropped",
                "1 ok _meta,cacheScope,resultType,tools,ttlMs", "2 ok _meta,content,isError,resultType,structuredContent",
                "3 fault -32602 Unknown tool: no_such_tool", "4 fault -32022 Unsupported protocol version",
                "5 fault -32602 params._meta must be an object carrying the required 'io.modelcontextprotocol/protocolVersion' and 'io.modelcontextprotocol/clientCapabilities' envelope keys",
                "6 fault -32601 Method not found",
            ]
        ),
        (
            "rec_stdio_parallel_progress_cancel_sdk1.30", 4,
            ["0 ok capabilities,protocolVersion,serverInfo"] + progress
                + ["2 ok content,isError,structuredContent", "nothing", "3 fault 0 Request cancelled", "nothing"]
                + ["1 ok content,isError,structuredContent"]
        ),
        (
            "rec_stdio_parallel_progress_cancel_sdk2.3", 4,
            ["0 ok capabilities,protocolVersion,serverInfo"] + progress
                + ["nothing", "2 ok content,isError,structuredContent", "nothing", "1 ok content,isError,structuredContent"]
        ),
    ]

    @Test("recorded sessions are understood, whole, byte by byte, and cut anywhere", arguments: recordings)
    func recorded(_ name: String, _ asked: Int, _ expected: [String]) throws {
        let bytes = try Self.recorded(name)
        #expect(Self.reactions(to: [bytes[...]], asked: asked) == expected)
        #expect(Self.reactions(to: bytes.indices.map { bytes[$0...$0] }, asked: asked) == expected)
        var random: UInt64 = 1
        for _ in 0..<20 {
            let places = (0..<10).map { _ in
                random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return Int(random >> 33) % (bytes.count + 1)
            }
            let cuts = ([0, bytes.count] + places).sorted()
            let pieces = zip(cuts, cuts.dropFirst()).map { bytes[$0..<$1] }
            #expect(Self.reactions(to: pieces, asked: asked) == expected, "\(cuts)")
        }
    }

    static let oddities: [(String, [String])] = [
        (#"{"jsonrpc":"2.0","id":1.0,"result":{}}"#, ["1 ok "]),
        (#"{"jsonrpc":"2.0","id":"1","result":{}}"#, [#"problem: answered a request that was never made (id "1"); the answer is dropped"#]),
        (
            #"{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"Parse error"}}"#,
            ["problem: says of nothing in particular: Parse error"]
        ),
        (#"[{"jsonrpc":"2.0","id":0,"result":1},{"jsonrpc":"2.0","id":1,"error":{"code":7}}]"#, ["0 ok ", "1 fault 7 error 7"]),
        ("[]", ["problem: wrote what is no message: []"]),
        ("Starting…", ["problem: wrote what is no message: Starting…"]),
        (#"{"jsonrpc":"2.0","id":9,"method":"ping"}"#, [#"{"jsonrpc":"2.0","id":9,"result":{}}"#]),
        (
            #"{"jsonrpc":"2.0","id":"a","method":"roots/list"}"#,
            [#"{"jsonrpc":"2.0","id":"a","error":{"code":-32601,"message":"Method not found: roots/list"}}"#]
        ),
        (#"{"method":"notifications/tools/list_changed"}"#, ["tools changed"]),
        (#"{"method":"notifications/message","params":{"level":"error","data":"disk full"}}"#, ["error disk full"]),
        (#"{"method":"notifications/progress","params":{"progressToken":"1","progress":1}}"#, ["nothing"]),
        (#"{"method":"notifications/unheard/of"}"#, ["nothing"]),
    ]

    @Test("each kind of message, also where it is odd, has its meaning", arguments: oddities)
    func oddity(_ text: String, _ expected: [String]) {
        #expect(Self.reactions(to: [Array((text + "\n").utf8)[...]], asked: 2) == expected)
    }

    @Test("the same is complained of three times at the most, and an answer that comes late or twice not at all")
    func complaints() {
        let noise = Array((String(repeating: "noise\n", count: 5)).utf8)
        let told = Self.reactions(to: [noise[...]], asked: 0)
        #expect(told.filter { $0 != "nothing" }.count == 3)
        #expect(told[2].hasSuffix("(it is not told again)"))

        var session = Self.session(asked: 2)
        session.agree(on: .handshake("2025-11-25"))
        let told0 = session.cancel(0, reason: "why")
        #expect(
            told0.map { String(decoding: $0.text, as: UTF8.self) }
                == #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":0,"reason":"why"}}"#)
        #expect(session.cancel(0, reason: "why") == nil)
        let late = MCPMessage.fault(.number(0), MCPFault(code: 0, message: "Request cancelled"))
        guard case .nothing = session.receive(late),
            case .answered(1, _) = session.receive(.fault(.number(1), MCPFault(code: 1, message: ""))),
            case .nothing = session.receive(.fault(.number(1), MCPFault(code: 1, message: "")))
        else { return #expect(Bool(false)) }
    }

    @Test("a request says what its era demands")
    func requests() {
        var session = MCPSession(version: "1")
        func text(_ request: MCPRequest) -> String { String(decoding: session.ask(request).text, as: UTF8.self) }
        let call = MCPRequest(method: "tools/call", fields: ["name": "t"], reportsProgress: true)
        #expect(
            text(MCPRequest(method: "server/discover", asking: .modern("2026-07-28")))
                == #"{"jsonrpc":"2.0","id":0,"method":"server/discover","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"fanout","version":"1"},"io.modelcontextprotocol/clientCapabilities":{}}}}"#
        )
        session.agree(on: .handshake("2025-06-18"))
        #expect(
            text(call) == #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t","_meta":{"progressToken":1}}}"#)
        #expect(text(MCPRequest(method: "tools/list")) == #"{"jsonrpc":"2.0","id":2,"method":"tools/list"}"#)
        session.agree(on: .modern("2026-07-28"))
        #expect(
            text(call)
                == #"{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"t","_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"fanout","version":"1"},"io.modelcontextprotocol/clientCapabilities":{},"io.modelcontextprotocol/logLevel":"info","progressToken":3}}}"#
        )
    }

    struct Talk: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var answers: [MCPNegotiation.Answer]
        var steps: [MCPNegotiation.Step]
        var isHandshakeKnown = false
    }

    private static let ask = MCPNegotiation.Step.discover(isQuestion: true)
    private static let greet = MCPNegotiation.Step.initialize("2025-11-25")
    private static let modern = MCPNegotiation.Answer.result(["supportedVersions": ["2099-01-01", "2026-07-28"]])
    private static let old = MCPNegotiation.Answer.result(["protocolVersion": "2024-11-05"])
    private static let unknown = "speaks 2099-01-01; Fanout speaks 2026-07-28, 2025-11-25, 2025-06-18, 2025-03-26, 2024-11-05"
    static let talks = [
        Talk(testDescription: "a modern server", answers: [modern], steps: [ask, .ready(.modern("2026-07-28"))]),
        Talk(
            testDescription: "one of the handshake's era, as SDK 1.30 answers",
            answers: [.fault(MCPFault(code: -32602, message: "Invalid request parameters")), old],
            steps: [ask, greet, .announce(.handshake("2024-11-05"))]),
        Talk(
            testDescription: "one that says nothing to the question", answers: [.silence, old],
            steps: [ask, greet, .announce(.handshake("2024-11-05"))]),
        Talk(
            testDescription: "a modern one that was slow to start",
            answers: [.silence, .fault(MCPFault(code: -32601, message: "")), modern],
            steps: [ask, greet, .discover(isQuestion: false), .ready(.modern("2026-07-28"))]),
        Talk(
            testDescription: "one that names its revisions in its refusal",
            answers: [.fault(MCPFault(code: -32022, message: "", data: ["supported": ["2025-06-18"]])), old],
            steps: [ask, greet, .announce(.handshake("2024-11-05"))]),
        Talk(
            testDescription: "one from the future", answers: [.result(["supportedVersions": ["2099-01-01"]])],
            steps: [ask, .failed(unknown)]),
        Talk(
            testDescription: "one that begins with a revision from the future",
            answers: [.fault(MCPFault(code: 1, message: "")), .result(["protocolVersion": "2099-01-01"])],
            steps: [ask, greet, .failed(unknown)]),
        Talk(
            testDescription: "one that refuses", answers: [.result([:]), .fault(MCPFault(code: 5, message: "no licence"))],
            steps: [ask, greet, .failed("refuses to begin: no licence")]),
        Talk(
            testDescription: "something else that speaks JSON", answers: [.result([:]), .result([:])],
            steps: [ask, greet, .failed("answers initialize without a protocolVersion; it does not speak MCP")]),
        Talk(
            testDescription: "one that is known", answers: [old], steps: [greet, .announce(.handshake("2024-11-05"))],
            isHandshakeKnown: true),
    ]

    @Test("how a server is spoken to follows from what it answers", arguments: talks)
    func negotiation(_ talk: Talk) {
        var negotiation = MCPNegotiation(isHandshakeKnown: talk.isHandshakeKnown)
        let steps = [negotiation.begin()] + talk.answers.map { negotiation.next($0) }
        #expect(steps == talk.steps)
    }

    @Test("a server that fails again and again is started later each time, and one that has worked at once")
    func restarts() {
        var restart = MCPRestart()
        #expect(restart.decide(now: 0) == .start)
        restart.ended(hasWorked: false, now: 1000)
        #expect(restart.decide(now: 1000) == .start)
        for (failure, wait) in [(2, 250_000), (3, 500_000), (4, 1_000_000)] as [(Int, Int64)] {
            restart.ended(hasWorked: false, now: 1000)
            #expect(restart.decide(now: 1000) == .wait(until: 1000 + wait), "\(failure)")
            #expect(restart.decide(now: 1000 + wait) == .start)
        }
        var worked = restart
        worked.ended(hasWorked: true, now: 2000)
        #expect(worked.decide(now: 2000) == .start)
        restart.ended(hasWorked: false, now: 2000)
        #expect(restart.decide(now: .max) == .giveUp(after: 5))
    }

    @Test("lines are cut where they end, and those that do not are cut at the limit")
    func lines() {
        var lines = LineCutter(limit: 4)
        #expect(lines.take(Array("ab\r\n\n\ncd".utf8)[...]) == [Array("ab".utf8)])
        #expect(lines.take(Array("ef\n".utf8)[...]) == [Array("cdef".utf8)] && !lines.wasCut)
        #expect(lines.take(Array("123456789".utf8)[...]) == [Array("1234".utf8), Array("5678".utf8)] && lines.wasCut)
        #expect(lines.end() == [Array("9".utf8)] && lines.end() == [])
    }
}
