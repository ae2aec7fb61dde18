/// What alarms call, each in a room that is used again, so that an alarm costs no look-up.
struct AlarmBodies {
    /// Where a body is, and which of those that have been there.
    struct Ticket: Sendable {
        fileprivate var room: UInt32
        fileprivate var generation: UInt32

        /// The same as a number.
        var number: UInt64 { UInt64(generation) << 32 | UInt64(room) }

        fileprivate init(room: UInt32, generation: UInt32) {
            self.room = room
            self.generation = generation
        }

        init(number: UInt64) {
            room = UInt32(truncatingIfNeeded: number)
            generation = UInt32(truncatingIfNeeded: number >> 32)
        }
    }

    private struct Room {
        var body: (@Sendable () -> Void)?
        /// Four thousand million alarms come and go before a number is given out again.
        var generation: UInt32 = 0
    }

    private var rooms: [Room] = []
    private var free: [UInt32] = []

    /// How many there are.
    var count: Int { rooms.count - free.count }

    mutating func add(_ body: @escaping @Sendable () -> Void) -> Ticket {
        guard let room = free.popLast() else {
            rooms.append(Room(body: body))
            return Ticket(room: UInt32(rooms.count - 1), generation: 0)
        }
        rooms[Int(room)].body = body
        return Ticket(room: room, generation: rooms[Int(room)].generation)
    }

    /// Whether the body has been neither taken nor given up.
    func holds(_ ticket: Ticket) -> Bool { rooms[Int(ticket.room)].generation == ticket.generation }

    /// Takes a body out, once.
    mutating func take(_ ticket: Ticket) -> (@Sendable () -> Void)? {
        guard holds(ticket) else { return nil }
        let room = Int(ticket.room)
        rooms[room].generation &+= 1
        free.append(ticket.room)
        // In exchange, so that what the body holds is not counted once more.
        var body: (@Sendable () -> Void)?
        swap(&body, &rooms[room].body)
        return body
    }
}
