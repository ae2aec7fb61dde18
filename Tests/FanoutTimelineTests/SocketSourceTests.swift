import FanoutEvents
import FanoutIngest
import FanoutSession
import FanoutTimeline
import Foundation
import Testing

@Suite("A socket that programs write events to")
struct SocketSourceTests {
    /// A folder of its own, which goes with the value.
    private final class Folder {
        let url = URL(filePath: "/tmp/fanout-\(UUID().uuidString.prefix(8))")

        init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }
        deinit { try? FileManager.default.removeItem(at: url) }

        var socket: String { url.appending(path: "socket").path }
    }

    /// A program that connects.
    private final class Client {
        let descriptor: Int32

        struct Failure: Error {}

        init(path: String) throws {
            descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
            let size = socklen_t(MemoryLayout<sockaddr_un>.size)
            let code = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, size) }
            }
            guard code == 0 else { throw Failure() }
        }

        deinit { close(descriptor) }

        /// Writes as much as the socket takes at once.
        @discardableResult
        func send(_ text: String) -> Int {
            text.utf8.withContiguousStorageIfAvailable {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(truncatingIfNeeded: MSG_DONTWAIT))
            } ?? -1
        }

        func hangUp() { shutdown(descriptor, Int32(SHUT_WR)) }
    }

    private static func started(_ call: String, session: String? = nil) -> String {
        #"{"type":"call.started","call":"\#(call)"\#(session.map { #","session":"\#($0)""# } ?? "")}"# + "\n"
    }

    private func calls(_ ledger: Ledger) -> [String: [String]] {
        Dictionary(
            uniqueKeysWithValues: ledger.timelines.all.map { timeline in
                (timeline.header.session, timeline.laneRange.map { timeline.id(of: $0) })
            })
    }

    /// How many open sockets of this process bear a path: the one that listens, and each that it let in. They are asked one by one, since the
    /// system's own list in `/proc/net/unix` leaves some out, or names them twice, while others come and go.
    private static func sockets(at path: String) throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap(Int32.init).count { descriptor in
            var address = sockaddr_un()
            var size = socklen_t(MemoryLayout<sockaddr_un>.size)
            let code = withUnsafeMutablePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &size) }
            }
            guard code == 0, address.sun_family == sa_family_t(AF_UNIX) else { return false }
            return withUnsafeBytes(of: &address.sun_path) { name in name.prefix { $0 != 0 }.elementsEqual(path.utf8) }
        }
    }

    @Test("programs that name no session have one each; those that name the same one share it, from one start")
    func sessions() throws {
        let folder = try Folder()
        let ledger = Ledger(recorder: nil)
        let source = try SocketSource(.unix(path: folder.socket), session: "own", ledger: ledger)
        let clients = try (0..<4).map { _ in try Client(path: folder.socket) }
        clients[0].send(Self.started("a"))
        #expect(source.read(now: 1_000_000) == [])
        clients[1].send(Self.started("a"))
        clients[2].send(Self.started("b", session: "shared"))
        #expect(source.read(now: 2_000_000) == [])
        clients[3].send(Self.started("c", session: "shared"))
        #expect(source.read(now: 5_000_000) == [])
        #expect(calls(ledger) == ["own-1": ["a"], "own-2": ["a"], "shared": ["b", "c"]])
        #expect(ledger.timelines.all.map(\.header.title) == ["producer 1", "producer 2", nil])
        // What came three seconds later stands three seconds later.
        #expect(ledger.timelines[2].laneRange.map { ledger.timelines[2].lane($0).seen } == [0, 3_000_000])

        // The session goes on while one of them does, and where one comes again.
        clients[2].hangUp()
        #expect(source.read(now: 6_000_000) == [])
        #expect(ledger.timelines[2].over == nil)
        clients[3].hangUp()
        #expect(source.read(now: 6_000_000) == [])
        #expect(ledger.timelines[2].over != nil)
        let again = try Client(path: folder.socket)
        again.send(Self.started("d", session: "shared"))
        #expect(source.read(now: 7_000_000) == [])
        #expect(ledger.timelines[2].over == nil)
        #expect(calls(ledger)["shared"] == ["b", "c", "d"])
        #expect(ledger.timelines[0].over == nil)
    }

    @Test("what two programs tell of one session is recorded as it is shown, whenever each began")
    func recording() throws {
        let folder = try Folder()
        let path = folder.url.appending(path: "kept.fanout.jsonl").path
        let ledger = Ledger(recorder: try Recorder.create(path))
        let source = try SocketSource(.unix(path: folder.socket), session: "own", ledger: ledger)
        let clients = try (0..<2).map { _ in try Client(path: folder.socket) }
        for step in 0..<6 {
            clients[step % 2].send(Self.started("c\(step)", session: "shared"))
            #expect(source.read(now: Int64(step + 1) * 1_000_000) == [])
        }
        ledger.settle()
        let told = try SessionFile.load(path)
        #expect(told.all.count == 1)
        #expect(told[0].laneRange.map { told[0].lane($0).seen } == (0..<6).map { Int64($0) * 1_000_000 })
    }

    @Test("a line is one however slowly it comes; one that its program never ended is said, and the rest is kept")
    func torn() throws {
        let folder = try Folder()
        let ledger = Ledger(recorder: nil)
        let source = try SocketSource(.unix(path: folder.socket), session: "own", ledger: ledger)
        let (slow, dying) = (try Client(path: folder.socket), try Client(path: folder.socket))
        for character in Self.started("a") {
            slow.send(String(character))
            #expect(source.read(now: 0) == [])
        }
        dying.send(Self.started("b") + #"{"type":"call.fin"#)
        dying.hangUp()
        #expect(source.read(now: 0) == [])
        #expect(calls(ledger) == ["own-1": ["a"], "own-2": ["b"]])
        #expect(ledger.timelines.problems.map(\.problem.fault) == [.torn])
        #expect(ledger.timelines[0].over == nil)
        #expect(ledger.timelines[1].over != nil)
    }

    @Test("a flood is taken in pieces, and one who writes beside it is heard in the first")
    func flood() throws {
        let folder = try Folder()
        let ledger = Ledger(recorder: nil)
        let source = try SocketSource(.unix(path: folder.socket), session: "own", ledger: ledger)
        let floods = try (0..<8).map { _ in try Client(path: folder.socket) }
        let line = #"{"type":"marker","label":"\#(String(repeating: "x", count: 1000))"}"# + "\n"
        let piece = String(repeating: line, count: 100)
        var sent = 0
        for flood in floods {
            while case let count = flood.send(piece), count > 0 { sent += count }
        }
        #expect(sent > 1 << 20)
        let quiet = try Client(path: folder.socket)
        quiet.send(Self.started("heard"))
        #expect(source.read(now: 0) == [])
        #expect(calls(ledger).values.contains(["heard"]))
        #expect(!source.isPatient)
        // Not all of it at once; then all of it, and it may wait again.
        #expect(ledger.timelines.all.map(\.markers.count).reduce(0, +) < 1100)
        for _ in 0..<3 { #expect(source.read(now: 0) == []) }
        #expect(ledger.timelines.all.map(\.markers.count).reduce(0, +) >= sent / line.utf8.count - 8)
        #expect(source.isPatient)
    }

    @Test("a thousand programs, one after the other, leave nothing behind but what they told")
    func many() throws {
        let folder = try Folder()
        let ledger = Ledger(recorder: nil)
        let source = try SocketSource(.unix(path: folder.socket), session: "own", ledger: ledger)
        for number in 0..<1000 {
            let client = try Client(path: folder.socket)
            client.send(Self.started("c\(number)", session: "shared"))
            client.hangUp()
            #expect(source.read(now: Int64(number)) == [])
        }
        #expect(source.connected == 0)
        #expect(try Self.sockets(at: folder.socket) == 1)
        #expect(calls(ledger)["shared"]?.count == 1000)
        // The next source has the number after the one that all of them had.
        #expect(ledger.addSource() == 2)
    }

    @Test("a browser's request is turned away, and no line of it is read")
    func browser() throws {
        let folder = try Folder()
        let ledger = Ledger(recorder: nil)
        let source = try SocketSource(.unix(path: folder.socket), session: "own", ledger: ledger)
        let clients = try (0..<2).map { _ in try Client(path: folder.socket) }
        for client in clients { client.send("POST / HTTP/1.1\r\nHost: x\r\n\r\n" + Self.started("false")) }
        #expect(source.read(now: 0).count == 1)
        #expect(ledger.timelines.isEmpty)
        #expect(source.connected == 0)
    }

    @Test("the path is its owner's alone, taken over from one who died, left alone where it is anything else, and removed at the end")
    func path() throws {
        let folder = try Folder()
        let ledger = Ledger(recorder: nil)
        func listen() throws -> SocketSource { try SocketSource(.unix(path: folder.socket), session: "own", ledger: ledger) }
        var source: SocketSource? = try listen()
        let mode = try FileManager.default.attributesOfItem(atPath: folder.socket)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        #expect(throws: SessionError(.exists, "unix:\(folder.socket): another program listens there; end it, or name another path")) {
            try listen()
        }
        source?.release()
        #expect(!FileManager.default.fileExists(atPath: folder.socket))

        // One that died without a word.
        source = try listen()
        #expect(rename(folder.socket, folder.socket + "2") == 0)
        source = nil
        #expect(rename(folder.socket + "2", folder.socket) == 0)
        source = try listen()
        _ = try Client(path: folder.socket)
        // Another's socket in its place is not removed.
        #expect(unlink(folder.socket) == 0)
        try Data("mine".utf8).write(to: URL(filePath: folder.socket))
        source?.release()
        #expect(try String(contentsOfFile: folder.socket, encoding: .utf8) == "mine")
        #expect(
            throws: SessionError(.exists, "unix:\(folder.socket): there is a file of another kind, which is left alone; name another path")
        ) { try listen() }
        #expect(try String(contentsOfFile: folder.socket, encoding: .utf8) == "mine")
    }

    @Test(
        "addresses are read as they are written",
        arguments: [
            ("unix:/tmp/a b", "unix:/tmp/a b"), ("tcp:4400", "tcp:127.0.0.1:4400"), ("tcp:127.0.0.1:0", "tcp:127.0.0.1:0"),
            ("tcp:localhost:1", "tcp:127.0.0.1:1"), ("tcp:[::1]:65535", "tcp:[::1]:65535"), ("tcp:127.9.9.9:7", "tcp:127.9.9.9:7"),
            ("file", nil), ("./unix:x", nil),
        ] as [(String, String?)])
    func addresses(text: String, expected: String?) throws {
        #expect(try SocketAddress(text)?.description == expected)
    }

    @Test(
        "an address that is none, or that others could reach, is refused with what to write instead",
        arguments: [
            ("unix:", "unix:/tmp/fanout.sock"), ("tcp:", "tcp:4400"), ("tcp:65536", "0 to 65535"), ("tcp:-1", "0 to 65535"),
            ("tcp:0.0.0.0:9", "tcp:127.0.0.1:9"), ("tcp:[::]:9", "ssh -R 9:127.0.0.1:9"),
            ("tcp:10.0.0.1:9", "nobody is asked who they are"),
            ("tcp:example.org:9", "no numeric address"), ("tcp:[::ffff:127.0.0.1]:9", "tcp:127.0.0.1:9"), ("tcp::9", "no numeric address"),
        ])
    func refused(text: String, remedy: String) {
        let refusal = #expect(throws: SocketAddress.Refusal.self) { try SocketAddress(text) }
        #expect(refusal?.description.contains(remedy) == true, "\(refusal?.description ?? "")")
    }
}
