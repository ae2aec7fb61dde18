import FanoutEvents
import FanoutHTTP
import FanoutTestKit
import Testing

@Suite(.timeLimit(.minutes(1))) struct HTTPTests {
    let client = HTTPClient(userAgent: "test")

    @Test("a request arrives as it was made, and its response comes back whole")
    func roundTrip() async throws {
        let seen = Guarded<[LoopbackServer.Request]>([])
        let server = try LoopbackServer { request in
            seen.withLock { $0.append(request) }
            return .reply(status: 418, headers: ["X-Kind": "teapot"], body: Array("short and stout".utf8))
        }
        let reply = try await client.collect(
            HTTPRequest(method: "POST", url: server.url + "/pour", headers: [HTTPHeader("X-Cup", "1")], body: Array("tea".utf8)), limit: 100
        )
        let request = try #require(seen.withLock { $0.first })
        #expect(request.method == "POST" && request.path == "/pour")
        #expect(request.headers["x-cup"] == "1" && request.headers["user-agent"] == "test")
        #expect(request.body == Array("tea".utf8))
        #expect(reply.head.status == 418 && reply.head["x-kind"] == "teapot")
        #expect(reply.body == Array("short and stout".utf8))
    }

    @Test("a body larger than what may wait unread comes whole and in order, to many readers at once")
    func largeBodies() async throws {
        let body = (0..<2_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
        let server = try LoopbackServer { _ in .reply(status: 200, body: body) }
        let client = client
        try await withThrowingTaskGroup(of: [UInt8].self) { group in
            for _ in 0..<4 {
                group.addTask {
                    let response = try await client.send(HTTPRequest(url: server.url))
                    var read: [UInt8] = []
                    while let piece = try await response.body.next() {
                        read += piece
                    }
                    return read
                }
            }
            for try await read in group {
                #expect(read == body)
            }
        }
    }

    @Test("a response that nobody reads on leaves the client able to work")
    func droppedBody() async throws {
        let server = try LoopbackServer { _ in .reply(status: 200, body: [UInt8](repeating: 7, count: 3_000_000)) }
        for _ in 0..<3 {
            let response = try await client.send(HTTPRequest(url: server.url))
            #expect(try await response.body.next()?.isEmpty == false)
        }
        #expect(try await client.collect(HTTPRequest(url: server.url), limit: 4_000_000).body.count == 3_000_000)
    }

    enum Trouble: CaseIterable {
        case closedPort, noSuchHost, hangs, cutOff, plainTextBehindTLS, otherProtocol, tooLarge
    }

    @Test("trouble is told in a sentence that names the host and holds no secret", arguments: Trouble.allCases)
    func trouble(_ trouble: Trouble) async throws {
        let server = try LoopbackServer { request in
            switch request.path {
            case "/hang": .hang
            case "/cut": .cutOff(status: 200, body: Array("half of".utf8))
            default: .reply(status: 200, body: [UInt8](repeating: 0, count: 1000))
            }
        }
        // One beyond those that a system hands out, so that no other test comes to listen there.
        let host = trouble == .closedPort ? "127.0.0.1:1" : "127.0.0.1:\(server.port)"
        let secret = "user:s3cret@"
        let (url, kind, words): (String, HTTPError.Kind, String) =
            switch trouble {
            case .closedPort: ("http://\(secret)\(host)/?key=s3cret", .connect, "cannot connect to \(host)")
            case .noSuchHost: ("http://\(secret)nowhere.invalid/?key=s3cret", .resolve, "no host named nowhere.invalid")
            case .hangs: ("http://\(secret)\(host)/hang?key=s3cret", .timeout, "\(host) did not answer in full within 20 ms")
            case .cutOff: ("http://\(secret)\(host)/cut?key=s3cret", .cutOff, "\(host) closed the connection before")
            case .plainTextBehindTLS: ("https://\(secret)\(host)/?key=s3cret", .tls, "no secure connection to \(host)")
            case .otherProtocol: ("gopher://\(secret)\(host)/?key=s3cret", .address, "the address of \(host) is not one")
            case .tooLarge: ("http://\(secret)\(host)/?key=s3cret", .tooLarge, "\(host) is larger than 999 bytes")
            }
        let request = HTTPRequest(
            url: url, headers: [HTTPHeader("Authorization", "Bearer s3cret")], timeout: trouble == .hangs ? 20_000 : nil)
        let error = try await #require(throws: HTTPError.self) {
            try await client.collect(request, limit: 999)
        }
        #expect(error.kind == kind)
        #expect(error.message.contains(words), "\(error.message)")
        #expect(!error.message.contains("s3cret"))
    }

    @Test("a cancelled request ends, whether it had begun or not")
    func cancelled() async throws {
        let asked = AsyncStream<Void>.makeStream()
        let server = try LoopbackServer { _ in
            asked.continuation.yield()
            return .hang
        }
        let client = client
        let running = Task { try await client.collect(HTTPRequest(url: server.url), limit: 10) }
        for await _ in asked.stream {
            break
        }
        running.cancel()
        let first = await #expect(throws: HTTPError.self) { try await running.value }
        #expect(first?.kind == .cancelled)

        let early = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await client.collect(HTTPRequest(url: server.url), limit: 10)
        }
        let second = await #expect(throws: HTTPError.self) { try await early.value }
        #expect(second?.kind == .cancelled)
    }
}
