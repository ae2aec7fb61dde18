internal import CPostgres

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// A connection as libpq knows it.
///
/// One thread at a time may use it: it lies in a ``PostgresConnection``'s state and is used under its lock, or by the one thread that took it from
/// there. It is kept as a number, which may be handed from thread to thread.
struct PostgresHandle: Sendable {
    private let address: UInt

    private var pointer: OpaquePointer? { OpaquePointer(bitPattern: address) }

    /// Begins to connect, which may take as long as it takes to resolve a name; nil without memory.
    init?(connectingTo address: PostgresAddress) {
        var keywords = address.keywords.map { strdup($0).map { UnsafePointer($0) } }
        var values = address.values.map { strdup($0).map { UnsafePointer($0) } }
        let owned = keywords + values
        defer { owned.forEach { free(UnsafeMutablePointer(mutating: $0)) } }
        keywords.append(nil)
        values.append(nil)
        guard let pointer = cpostgres_start(keywords, values) else { return nil }
        self.address = UInt(bitPattern: pointer)
    }

    enum Progress {
        case waits(toWrite: Bool)
        case connected
        case failed
    }

    /// Takes the next step of connecting. It may resolve another name.
    func proceed() -> Progress {
        switch cpostgres_poll(pointer) {
        case PGRES_POLLING_READING: .waits(toWrite: false)
        case PGRES_POLLING_WRITING: .waits(toWrite: true)
        case PGRES_POLLING_OK: .connected
        default: .failed
        }
    }

    func finish() { cpostgres_finish(pointer) }

    var socket: Int32 { cpostgres_socket(pointer) }
    var isBad: Bool { cpostgres_is_bad(pointer) }
    var message: String { cpostgres_error(pointer).map { String(cString: $0) } ?? "" }

    // MARK: Statements

    func enterPipeline() -> Bool { cpostgres_enter_pipeline(pointer) }

    func send(_ sql: String, _ values: [String?] = []) -> Bool {
        let copies = values.map { $0.flatMap { strdup($0) }.map { UnsafePointer($0) } }
        defer { copies.forEach { free(UnsafeMutablePointer(mutating: $0)) } }
        return cpostgres_send(pointer, sql, Int32(copies.count), copies)
    }

    func sendDescribe(_ sql: String) -> Bool { cpostgres_send_describe(pointer, sql) }
    func sendSync() -> Bool { cpostgres_send_sync(pointer) }
    func askForSingleRows() -> Bool { cpostgres_single_rows(pointer) }

    /// Whether more is to be sent; nil where the connection is lost.
    func flush() -> Bool? {
        switch cpostgres_flush(pointer) {
        case 0: false
        case 1: true
        default: nil
        }
    }

    /// How often a readable socket is read. What TLS has deciphered the socket does not show any more; a record has 16 KB, and each look takes 8.
    private var looks: Int { cpostgres_is_encrypted(pointer) ? 3 : 1 }

    /// False where the connection is lost.
    func consume() -> Bool { (0..<looks).allSatisfy { _ in cpostgres_consume(pointer) } }

    var isBusy: Bool { cpostgres_is_busy(pointer) }

    /// The next result, to be cleared; nil at the end of a statement's.
    func result() -> PostgresResult? { PostgresResult(cpostgres_result(pointer)) }

    /// Whether it is as it was when it was opened: no statement left a transaction behind or another way of writing dates.
    var isClean: Bool {
        func setting(_ name: String) -> String { cpostgres_setting(pointer, name).map { String(cString: $0) } ?? "" }
        return !isBad && cpostgres_transaction(pointer) == PQTRANS_IDLE && setting("DateStyle").hasPrefix("ISO")
            && setting("standard_conforming_strings") == "on" && setting("client_encoding") == "UTF8"
    }

    /// What asks the server to cancel, and waits until it has heard: to be called on a thread that may wait.
    func canceller() -> (@Sendable () -> Void)? {
        guard let canceller = cpostgres_canceller(pointer) else { return nil }
        let address = UInt(bitPattern: canceller)
        return { cpostgres_cancel(UnsafeMutableRawPointer(bitPattern: address)) }
    }
}
