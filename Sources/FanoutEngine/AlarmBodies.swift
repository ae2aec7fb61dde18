/// What alarms call, each in a room that is used again, so that an alarm costs no look-up.
struct AlarmBodies {
    /// Where a body is, and which of those that have been there.
    struct Ticket: Sendable {
        fileprivate var room: Int
        fileprivate var generation: UInt
    }

    private struct Room {
        var body: (@Sendable () -> Void)?
        var generation: UInt = 0
    }

    private var rooms: [Room] = []
    private var free: [Int] = []

    /// How many there are.
    var count: Int { rooms.count - free.count }

    mutating func add(_ body: @escaping @Sendable () -> Void) -> Ticket {
        guard let room = free.popLast() else {
            rooms.append(Room(body: body))
            return Ticket(room: rooms.count - 1, generation: 0)
        }
        rooms[room].body = body
        return Ticket(room: room, generation: rooms[room].generation)
    }

    /// Whether the body has been neither taken nor given up.
    func holds(_ ticket: Ticket) -> Bool { rooms[ticket.room].generation == ticket.generation }

    /// Takes a body out, once.
    mutating func take(_ ticket: Ticket) -> (@Sendable () -> Void)? {
        guard holds(ticket) else { return nil }
        defer {
            rooms[ticket.room].body = nil
            rooms[ticket.room].generation += 1
            free.append(ticket.room)
        }
        return rooms[ticket.room].body
    }
}
