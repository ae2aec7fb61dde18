import FanoutEngine
import FanoutEvents
import FanoutJSON
import FanoutTestKit
import FanoutTools
import Testing

@Suite(.timeLimit(.minutes(1))) struct HTTPToolTests {
    static let parameters = #"{"properties": {"city": {}, "units": {}, "tags": {}, "n": {}, "o": {}}}"#

    /// A tool whose address is on a server, of the keys within `http`.
    func tool(_ keys: String, _ server: LoopbackServer, traits: String = "") throws -> Tool {
        let text = #"{"tools": [{"name": "t", "http": {\#(keys)}\#(traits), "parameters": \#(Self.parameters)}]}"#
        return try ToolsFile(parsing: Array(text.utf8), name: "f") { name in
            switch name {
            case "BASE": server.url
            case "TOKEN": "t0psecret/+"
            default: nil
            }
        }.tools[0]
    }

    func call(_ keys: String, _ arguments: JSONValue, _ server: LoopbackServer) async throws -> ToolResult {
        try await tool(keys, server).run(ToolContext(time: StillTime()), arguments)
    }

    static let requests: [(String, JSONValue, String)] = [
        (#""url": "${env:BASE}/v1/${city}/x""#, ["city": "Zürich/../a?b#c&d=e"], "GET /v1/Zürich/../a?b#c&d=e/x [] "),
        (#""url": "${env:BASE}/v1?q=${city}&units=${units}""#, ["city": "a&b=c d+é"], "GET /v1 [q=a&b=c d+é] "),
        (#""url": "${env:BASE}/?key=${env:TOKEN}&x""#, [:], "GET / [key=t0psecret/+,x=] "),
        (#""url": "${env:BASE}/?tag=${tags}&n=${n}""#, ["tags": ["a", 2], "n": nil], "GET / [tag=a,tag=2] "),
        (#""url": "${env:BASE}?a=1""#, [:], "GET / [a=1] "),
        (
            #""url": "${env:BASE}/", "body": {"city": "${city}", "n": "${n}", "t": "n is ${n}", "l": ["${units}", "${tags}"], "k": 1.5}"#,
            ["city": "x", "n": 5, "tags": [1]], #"POST / [] application/json {"city":"x","n":5,"t":"n is 5","l":[[1]],"k":1.5}"#
        ),
        (#""url": "${env:BASE}/", "method": "PUT", "body": "${o}""#, ["o": ["a": nil]], #"PUT / [] application/json {"a":null}"#),
        (
            #""url": "${env:BASE}/", "form": {"a": "${city}", "b": "${units}", "t": "${tags}"}"#, ["city": "x y&z", "tags": [1, 2]],
            "POST / [] application/x-www-form-urlencoded a=x%20y%26z&t=1&t=2"
        ),
        (#""url": "${env:BASE}/", "text": "hi ${city}""#, ["city": "é"], "POST / [] text/plain; charset=utf-8 hi é"),
    ]

    @Test("arguments stay within their place in a request", arguments: requests)
    func request(_ keys: String, _ arguments: JSONValue, _ expected: String) async throws {
        let server = try LoopbackServer { request in
            let type = request.headers["content-type"].map { $0 + " " } ?? ""
            let said = "\(request.method) \(request.path) [\(request.query.joined(separator: ","))] \(type)"
            return .reply(status: 200, headers: ["Content-Type": "text/plain"], body: Array(said.utf8) + request.body)
        }
        #expect(try await call(keys, arguments, server) == .text(expected))
    }

    @Test("headers take arguments and the environment; one whose argument is missing falls away")
    func headers() async throws {
        let server = try LoopbackServer { request in
            let names = ["authorization", "x-city", "x-units", "accept", "content-type"]
            return .reply(status: 200, body: Array(names.map { request.headers[$0] ?? "none" }.joined(separator: "|").utf8))
        }
        let keys =
            #""url": "${env:BASE}/", "headers": {"Authorization": "Bearer ${env:TOKEN}", "X-City": "${city}", "X-Units": "${units}", "content-type": "text/x"}, "text": "x""#
        #expect(
            try await call(keys, ["city": "Bern"], server)
                == .text("Bearer t0psecret/+|Bern|none|application/json, text/*;q=0.9, */*;q=0.5|text/x"))
        for city in ["a\r\nX-Evil: 1", "a\nb", "a\0b", "a\u{7f}"] {
            let failure = await #expect(throws: ToolFailure.self) { try await call(keys, ["city": .string(city)], server) }
            #expect(failure?.error.message.contains("the header X-City would hold a line break") == true)
        }
    }

    static let steps: [(JSONValue, String)] = [
        ([:], "city is missing, and the address needs it"), (["city": ".."], ".. is no name in an address"),
        (["city": "."], ". is no name"), (["city": ""], "an empty text is no name"),
    ]

    @Test("a step of the path is there, and leads nowhere else", arguments: steps)
    func path(_ arguments: JSONValue, _ words: String) async throws {
        let server = try LoopbackServer { _ in .reply(status: 200, body: []) }
        let failure = await #expect(throws: ToolFailure.self) { try await call(#""url": "${env:BASE}/${city}""#, arguments, server) }
        #expect(failure?.error.kind == .invalidArguments)
        #expect(failure?.error.message.hasPrefix(words) == true)
    }

    static let bodies: [(String?, [UInt8], ToolResult)] = [
        ("application/json", Array(#"{ "price": 1.10 }"#.utf8), .json(JSONText(unchecked: Array(#"{"price":1.10}"#.utf8)))),
        ("application/problem+json; charset=utf-8", Array("[1, 2]".utf8), .value([1, 2])),
        (nil, Array("{\"a\": 1}".utf8), .value(["a": 1])),
        ("text/plain", Array("[1]".utf8), .text("[1]")),
        ("text/html; charset=\"ISO-8859-1\"", [0x63, 0x61, 0x66, 0xe9, 0x80], .text("café€")),
        ("text/plain; charset=utf-16", [0xff, 0xfe, 0x61, 0, 0xe9, 0], .text("aé")),
        ("text/plain", [0xef, 0xbb, 0xbf, 0x61, 0xff], .text("a\u{fffd}")),
        ("image/png", [0x89, 0x50], .text("(2 bytes of image/png, not shown)")),
        ("application/xml", Array("<a/>".utf8), .text("<a/>")),
        (nil, [1, 0, 2], .text("(3 bytes of binary data, not shown)")),
        (nil, [], .text("")),
    ]

    @Test("a body becomes the JSON, the text or the kind of data that it is", arguments: bodies)
    func body(_ type: String?, _ bytes: [UInt8], _ expected: ToolResult) async throws {
        let server = try LoopbackServer { _ in .reply(status: 200, headers: type.map { ["Content-Type": $0] } ?? [:], body: bytes) }
        #expect(try await call(#""url": "${env:BASE}/""#, [:], server) == expected)
    }

    @Test("what is packed is unpacked, and a small body that unpacks to a large one is refused")
    func packed() async throws {
        // gzip of a hundred thousand zeros, and of the word hello.
        let large = try Fixture("gzip/zeros.gz").bytes
        let small = try Fixture("gzip/hello.gz").bytes
        let server = try LoopbackServer { request in
            #expect(request.headers["accept-encoding"]?.contains("gzip") == true)
            return .reply(status: 200, headers: ["Content-Encoding": "gzip"], body: request.path == "/large" ? large : small)
        }
        #expect(try await call(#""url": "${env:BASE}/""#, [:], server) == .text("hello"))
        let failure = await #expect(throws: ToolFailure.self) {
            try await call(#""url": "${env:BASE}/large", "size_limit": 1000"#, [:], server)
        }
        #expect(large.count < 1000 && failure?.error.message.contains("larger than 1000 bytes") == true)
    }

    @Test("other statuses are failures that tell the first lines, and none of the environment")
    func statuses() async throws {
        let server = try LoopbackServer { request in
            switch request.path {
            case "/missing": .reply(status: 404, body: Array("no such city\nBearer t0psecret/+ is you".utf8))
            case "/busy": .reply(status: 503, headers: ["Retry-After": "7"], body: [])
            case "/broken": .reply(status: 500, body: Array(String(repeating: "x\n", count: 50).utf8))
            default: .reply(status: 401, body: [])
            }
        }
        let header = #""headers": {"Authorization": "Bearer ${env:TOKEN}"}"#
        func failure(_ path: String) async throws -> ToolFailure? {
            await #expect(throws: ToolFailure.self) {
                try await call(#""url": "${env:BASE}\#(path)?q=t0psecret", \#(header)"#, [:], server)
            }
        }
        let host = "127.0.0.1:\(server.port)"
        let missing = try await failure("/missing")
        #expect(missing?.error == CallError(.toolError, "\(host) answered with status 404 (not found)\nno such city\nBearer … is you"))
        #expect(missing?.isFinal == true)
        let busy = try await failure("/busy")
        #expect(busy?.retryAfter == 7_000_000 && busy?.isFinal == false)
        let broken = try await failure("/broken")
        #expect(broken?.error.message.split(separator: "\n").count == 13 && broken?.isFinal == false)
        #expect(try await call(#""url": "${env:BASE}/missing", "ok": [200, 404]"#, [:], server) != .text(""))
    }

    @Test("redirects are followed so often, and take no key to another host")
    func redirects() async throws {
        let other = try LoopbackServer { request in
            let seen = ["authorization", "x-key", "accept"].map { request.headers[$0] ?? "none" }.joined(separator: "|")
            return .reply(status: 200, body: Array("\(request.method) \(request.path) \(seen) \(request.body.count)".utf8))
        }
        let elsewhere = other.url
        let server = try LoopbackServer { request in
            func to(_ status: Int, _ location: String) -> LoopbackServer.Answer {
                .reply(status: status, headers: ["Location": location], body: [])
            }
            switch request.path {
            case "/a/other": return to(302, elsewhere + "/x")
            case "/a/here": return to(307, "../b?c=1")
            case "/a/see": return to(303, "/b")
            case "/a/body": return to(308, elsewhere + "/")
            case "/a/round": return to(301, "round")
            case "/a/file": return to(302, "file:///etc/passwd")
            case "/b":
                return .reply(status: 200, body: Array("\(request.method) \(request.query) \(request.headers["x-key"] ?? "none")".utf8))
            default: return .reply(status: 400, body: [])
            }
        }
        let header = #""headers": {"Authorization": "Bearer ${env:TOKEN}", "X-Key": "${env:TOKEN}"}"#
        func get(_ path: String, _ more: String = "") async throws -> ToolResult {
            try await call(#""url": "${env:BASE}/a/\#(path)", \#(header)\#(more)"#, [:], server)
        }
        #expect(try await get("other") == .text("GET /x none|none|application/json, text/*;q=0.9, */*;q=0.5 0"))
        #expect(try await get("here") == .text("GET [\"c=1\"] t0psecret/+"))
        #expect(try await get("see", #", "text": "x""#) == .text("GET [] t0psecret/+"))
        let refusals = [
            ("body", #", "text": "x""#, "sends the request with its body on to 127.0.0.1:\(other.port)"),
            ("round", "", "sent elsewhere more than 5 times"), ("round", #", "redirects": 1"#, "sent elsewhere more than 1 times"),
            ("file", "", "is not an address of http or https"),
            ("other", #", "redirects": 0"#, "answered with status 302 (it is elsewhere)"),
        ]
        for (path, more, words) in refusals {
            let failure = await #expect(throws: ToolFailure.self) { try await get(path, more) }
            #expect(failure?.error.message.contains(words) == true, "\(failure?.error.message ?? "")")
            #expect(failure?.error.message.contains("t0psecret") == false)
        }
    }

    @Test("trouble is told and hurts no other call; what is cancelled ends")
    func trouble() async throws {
        let asked = AsyncStream<Void>.makeStream()
        let flood = [UInt8](repeating: 0x61, count: 3_000_000)
        let server = try LoopbackServer { request in
            switch request.path {
            case "/hang":
                asked.continuation.yield()
                return .hang
            case "/cut": return .cutOff(status: 200, body: Array("half".utf8))
            case "/flood": return .reply(status: 200, headers: ["Content-Type": "text/plain"], body: flood)
            default: return .reply(status: 200, body: Array("fine".utf8))
            }
        }
        let hanging = try tool(#""url": "${env:BASE}/hang""#, server)
        let waiting = Task { try await hanging.run(ToolContext(time: StillTime()), [:]) }
        for await _ in asked.stream {
            break
        }
        for (url, kind, isFinal, words) in [
            ("${env:BASE}/cut", CallError.Kind.connection, false, "closed the connection"),
            ("${env:BASE}/flood", .toolError, true, "is larger than 1048576 bytes, the most that is taken"),
            ("http://127.0.0.1:1/?key=${env:TOKEN}", .connection, false, "cannot connect to 127.0.0.1:1"),
            ("http://nowhere.invalid/", .connection, false, "no host named nowhere.invalid"),
        ] {
            let failure = await #expect(throws: ToolFailure.self) { try await call(#""url": "\#(url)""#, [:], server) }
            #expect(failure?.error.kind == kind && failure?.isFinal == isFinal)
            #expect(failure?.error.message.contains(words) == true, "\(failure?.error.message ?? "")")
            #expect(failure?.error.message.contains("t0psecret") == false)
        }
        #expect(try await call(#""url": "${env:BASE}/""#, [:], server) == .text("fine"))
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
    }
}
