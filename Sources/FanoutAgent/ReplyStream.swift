internal import FanoutHTTP

/// A reply that arrives as server-sent events: bytes in, cut anywhere, and what they tell out.
package struct ReplyStream {
    private var parser: EventStreamParser
    private var assembler: any ReplyAssembler
    private let limit: Int
    private var count = 0

    /// - Parameter limit: Bytes of the whole reply; more are an error.
    package init(form: WireForm, limit: Int = 64 << 20) {
        parser = EventStreamParser(limit: limit)
        assembler = form.assembler()
        self.limit = limit
    }

    /// Takes the next bytes.
    ///
    /// - Parameter pieces: Where what they tell is added, also where an error follows it.
    /// - Throws: ``ReplyError`` where the provider says that it failed, or what comes is no reply.
    package mutating func take(_ bytes: [UInt8], _ pieces: inout [ReplyPiece]) throws(ReplyError) {
        count += bytes.count
        guard count <= limit, let events = try? parser.take(bytes) else {
            throw ReplyError("the reply is longer than \(limit) bytes, the most that is taken; ask for less at once")
        }
        for event in events {
            try assembler.take(event, &pieces)
        }
    }

    /// The reply, once the stream has ended.
    ///
    /// - Throws: ``ReplyError`` where it ended too soon.
    package mutating func reply() throws(ReplyError) -> Reply { try assembler.reply() }
}
