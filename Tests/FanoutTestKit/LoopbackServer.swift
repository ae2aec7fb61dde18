internal import CMicrohttpd
internal import FanoutEvents

/// An HTTP server on a free port of 127.0.0.1 that answers as it is told.
///
/// It is called on the server's thread from C, so it is a class with its state behind the lock.
package final class LoopbackServer: Sendable {
    package struct Request: Sendable {
        package var method: String
        package var path: String
        /// The pairs behind the question mark, decoded: `name=value`.
        package var query: [String]
        /// Names in lower case.
        package var headers: [String: String]
        package var body: [UInt8]
    }

    package enum Answer: Sendable {
        case reply(status: Int, headers: [String: String] = [:], body: [UInt8])
        /// Announces more bytes than it sends, and closes the connection after them.
        case cutOff(status: Int, headers: [String: String] = [:], body: [UInt8])
        /// Sends piece after piece, of a length that nobody knows before its end.
        case stream(headers: [String: String], pieces: [[UInt8]], ending: StreamEnding)
        /// Never answers; the connection stands until the server stops.
        case hang
    }

    /// How a stream ends.
    package enum StreamEnding: Sendable {
        case whole
        /// The connection closes in the middle.
        case cut
        /// Nothing more comes; the connection stands until the server stops.
        case stall
    }

    package struct CannotStart: Error {}

    private let core: Core
    /// The daemon's address, until it is stopped.
    private let daemon: Guarded<UInt?>
    package let port: UInt16

    package init(answer: @escaping @Sendable (Request) -> Answer) throws {
        core = Core(answer: answer)
        // The server's thread calls it, without owning it: `stop` ends that thread, and this object owns both.
        let context = Unmanaged.passUnretained(core).toOpaque()
        let started = cmicrohttpd_start(
            { context, connection, url, method, _, data, size, exchange in
                guard let context, let connection, let url, let method, let size, let exchange else { return .NO }
                let core = Unmanaged<Core>.fromOpaque(context).takeUnretainedValue()
                return core.handle(connection, String(cString: url), String(cString: method), data, size, exchange)
            },
            { _, _, exchange, _ in
                if let started = exchange?.pointee {
                    Unmanaged<Exchange>.fromOpaque(started).release()
                    exchange?.pointee = nil
                }
            }, context)
        guard let started else {
            throw CannotStart()
        }
        port = cmicrohttpd_port(started)
        daemon = Guarded(UInt(bitPattern: started))
    }

    deinit {
        stop()
    }

    package var url: String { "http://127.0.0.1:\(port)" }

    /// Closes every connection, also those that hang.
    package func stop() {
        let address = daemon.withLock { daemon in
            defer { daemon = nil }
            return daemon
        }
        guard let address else { return }
        core.resumeAll()
        MHD_stop_daemon(OpaquePointer(bitPattern: address))
    }
}

/// What one request has sent so far; it belongs to the server's thread.
private final class Exchange {
    var body: [UInt8] = []
}

private final class Bytes: Sendable {
    let bytes: [UInt8]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }
}

/// The connections that hang, until the server stops: then none may any more.
private struct Hanging {
    var connections: [UInt] = []
    var isStopping = false
}

/// What is left of a response that is sent in pieces; it belongs to the server's thread.
private final class Stream {
    private var pieces: ArraySlice<[UInt8]>
    private let ending: LoopbackServer.StreamEnding
    private let connection: UInt
    private let hanging: Guarded<Hanging>

    init(_ pieces: [[UInt8]], _ ending: LoopbackServer.StreamEnding, connection: UInt, _ hanging: Guarded<Hanging>) {
        self.pieces = pieces.filter { !$0.isEmpty }[...]
        self.ending = ending
        self.connection = connection
        self.hanging = hanging
    }

    /// The next piece, or as much of it as there is room for.
    func give(_ buffer: UnsafeMutablePointer<CChar>, _ room: Int) -> Int {
        guard let piece = pieces.popFirst() else {
            switch ending {
            case .whole: return cmicrohttpd_end()
            case .cut: return cmicrohttpd_cut_off()
            case .stall:
                return hanging.withLock { hanging in
                    guard !hanging.isStopping else { return cmicrohttpd_cut_off() }
                    MHD_suspend_connection(OpaquePointer(bitPattern: connection))
                    hanging.connections.append(connection)
                    return 0
                }
            }
        }
        let count = min(room, piece.count)
        for (place, byte) in piece.prefix(count).enumerated() {
            buffer[place] = CChar(bitPattern: byte)
        }
        if count < piece.count {
            pieces = [Array(piece.dropFirst(count))] + pieces
        }
        return count
    }
}

/// What the server's thread works with.
private final class Core: Sendable {
    private let answer: @Sendable (LoopbackServer.Request) -> LoopbackServer.Answer
    /// The connections that hang.
    private let hanging = Guarded(Hanging())

    init(answer: @escaping @Sendable (LoopbackServer.Request) -> LoopbackServer.Answer) {
        self.answer = answer
    }

    func resumeAll() {
        let connections = hanging.withLock { hanging in
            hanging.isStopping = true
            defer { hanging.connections = [] }
            return hanging.connections
        }
        for connection in connections {
            MHD_resume_connection(OpaquePointer(bitPattern: connection))
        }
    }

    private func respond(_ request: LoopbackServer.Request, on connection: OpaquePointer) -> MHD_Result {
        switch answer(request) {
        case .reply(let status, let headers, let body):
            let response = body.withUnsafeBytes {
                MHD_create_response_from_buffer($0.count, UnsafeMutableRawPointer(mutating: $0.baseAddress), .RESPMEM_MUST_COPY)
            }
            return queue(response, status, headers, on: connection)
        case .cutOff(let status, let headers, let body):
            let bytes = Unmanaged.passRetained(Bytes(body))
            let response = MHD_create_response_from_callback(
                UInt64(body.count + 1000), 1024,
                { context, position, buffer, room in
                    guard let context, let buffer else { return cmicrohttpd_cut_off() }
                    let bytes = Unmanaged<Bytes>.fromOpaque(context).takeUnretainedValue().bytes
                    let rest = bytes.dropFirst(Int(position)).prefix(room)
                    guard !rest.isEmpty else { return cmicrohttpd_cut_off() }
                    for (place, byte) in rest.enumerated() {
                        buffer[place] = CChar(bitPattern: byte)
                    }
                    return rest.count
                }, bytes.toOpaque(),
                { context in
                    if let context {
                        Unmanaged<Bytes>.fromOpaque(context).release()
                    }
                })
            return queue(response, status, headers, on: connection)
        case .stream(let headers, let pieces, let ending):
            let stream = Unmanaged.passRetained(Stream(pieces, ending, connection: UInt(bitPattern: connection), hanging))
            let response = MHD_create_response_from_callback(
                cmicrohttpd_unknown_size(), 64 << 10,
                { context, _, buffer, room in
                    guard let context, let buffer else { return cmicrohttpd_cut_off() }
                    return Unmanaged<Stream>.fromOpaque(context).takeUnretainedValue().give(buffer, room)
                }, stream.toOpaque(),
                { context in
                    if let context {
                        Unmanaged<Stream>.fromOpaque(context).release()
                    }
                })
            return queue(response, 200, headers, on: connection)
        case .hang:
            let address = UInt(bitPattern: connection)
            return hanging.withLock { hanging in
                guard !hanging.isStopping else { return .NO }
                MHD_suspend_connection(connection)
                hanging.connections.append(address)
                return .YES
            }
        }
    }

    private func queue(_ response: OpaquePointer?, _ status: Int, _ headers: [String: String], on connection: OpaquePointer) -> MHD_Result {
        for (name, value) in headers {
            MHD_add_response_header(response, name, value)
        }
        defer { MHD_destroy_response(response) }
        return MHD_queue_response(connection, UInt32(status), response)
    }

    func handle(
        _ connection: OpaquePointer, _ url: String, _ method: String, _ data: UnsafePointer<CChar>?, _ size: UnsafeMutablePointer<Int>,
        _ exchange: UnsafeMutablePointer<UnsafeMutableRawPointer?>
    ) -> MHD_Result {
        guard let started = exchange.pointee else {
            exchange.pointee = Unmanaged.passRetained(Exchange()).toOpaque()
            return .YES
        }
        let current = Unmanaged<Exchange>.fromOpaque(started).takeUnretainedValue()
        if size.pointee > 0, let data {
            current.body.append(contentsOf: UnsafeRawBufferPointer(start: data, count: size.pointee))
            size.pointee = 0
            return .YES
        }
        let request = LoopbackServer.Request(
            method: method, path: url, query: query(of: connection), headers: headers(of: connection), body: current.body)
        return respond(request, on: connection)
    }

    private func headers(of connection: OpaquePointer) -> [String: String] {
        var headers: [String: String] = [:]
        withUnsafeMutablePointer(to: &headers) { headers in
            _ = MHD_get_connection_values(
                connection, .HEADER_KIND,
                { context, _, name, value in
                    if let context, let name {
                        let text = value.map { String(cString: $0) } ?? ""
                        context.assumingMemoryBound(to: [String: String].self).pointee[String(cString: name).lowercased()] = text
                    }
                    return .YES
                }, headers)
        }
        return headers
    }

    private func query(of connection: OpaquePointer) -> [String] {
        var pairs: [String] = []
        withUnsafeMutablePointer(to: &pairs) { pairs in
            _ = MHD_get_connection_values(
                connection, .GET_ARGUMENT_KIND,
                { context, _, name, value in
                    if let context, let name {
                        let text = value.map { String(cString: $0) } ?? ""
                        context.assumingMemoryBound(to: [String].self).pointee.append("\(String(cString: name))=\(text)")
                    }
                    return .YES
                }, pairs)
        }
        return pairs
    }
}
