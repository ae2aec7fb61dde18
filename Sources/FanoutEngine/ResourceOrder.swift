/// Who may touch which resource, in the order in which the calls were put in: readers share it, a writer has it alone.
///
/// The accesses to a resource stand in groups, a run of readers or one writer. A group is let in when every group before it has left, so
/// each access waits once and is let in once.
struct ResourceOrder: Sendable {
    enum Access: Sendable {
        case read, write
        /// A write that is let go with the call's slot, even while abandoned work goes on.
        case turn
    }

    /// Whose access it is.
    enum Owner: Sendable, Hashable {
        case call(Int)
        case outside(Int)
    }

    private struct Place: Sendable {
        var resource: Int
        var group: Int
        var access: Access
        var hasLeft = false
    }

    private struct Group: Sendable {
        var isWrite: Bool
        var owners: [Owner]
        /// How many of them have not left.
        var open: Int
    }

    private struct Resource: Sendable {
        var groups: [Group] = []
        /// The first group that has not left as a whole.
        var front = 0
        /// The last group that is let in: the front one, or readers behind readers when all between them have left.
        var reach = -1
        /// The groups after `reach` and before this one have left.
        private var probe = 0

        /// Lets in whom nothing keeps out any more.
        ///
        /// - Returns: The groups that are let in by it.
        mutating func advance() -> [Int] {
            while front < groups.count, groups[front].open == 0 {
                front += 1
            }
            guard front < groups.count else { return [] }
            var entered: [Int] = []
            func enter(_ group: Int) {
                reach = group
                probe = group + 1
                entered.append(group)
            }
            if reach < front {
                enter(front)
            }
            while !groups[front].isWrite, probe < groups.count {
                if groups[probe].open == 0 {
                    probe += 1
                } else if groups[probe].isWrite {
                    break
                } else {
                    enter(probe)
                }
            }
            return entered
        }

        /// Puts an access behind those there are, and says in which group.
        mutating func append(_ owner: Owner, isWrite: Bool) -> Int {
            if let last = groups.indices.last, !isWrite, !groups[last].isWrite, last >= front {
                groups[last].owners.append(owner)
                groups[last].open += 1
                probe = min(probe, max(last, reach + 1))
                return last
            }
            groups.append(Group(isWrite: isWrite, owners: [owner], open: 1))
            return groups.count - 1
        }
    }

    private var resources: [Resource] = []
    private var numbers: [String: Int] = [:]
    private var places: [Owner: [Place]] = [:]

    /// Puts an access behind those there are.
    ///
    /// - Returns: Whether it has to wait.
    mutating func add(_ owner: Owner, _ access: Access, to name: String) -> Bool {
        let number = numbers[name] ?? resources.count
        if number == resources.count {
            numbers[name] = number
            resources.append(Resource())
        }
        let group = resources[number].append(owner, isWrite: access != .read)
        places[owner, default: []].append(Place(resource: number, group: group, access: access))
        _ = resources[number].advance()
        return group > resources[number].reach
    }

    /// Lets go of what the owner has or waits for; of the slot's accesses only, where `keepingWrites`.
    ///
    /// - Returns: Each access that is let in by it, by whose it is.
    mutating func leave(_ owner: Owner, keepingWrites: Bool = false) -> [Owner] {
        guard var held = places[owner] else { return [] }
        var entered: [Owner] = []
        for index in held.indices where !held[index].hasLeft && !(keepingWrites && held[index].access == .write) {
            held[index].hasLeft = true
            let place = held[index]
            resources[place.resource].groups[place.group].open -= 1
            guard resources[place.resource].groups[place.group].open == 0 else { continue }
            for group in resources[place.resource].advance() {
                entered += resources[place.resource].groups[group].owners.filter { isIn($0, place.resource, group) && $0 != owner }
            }
        }
        places[owner] = held
        return entered
    }

    /// Those next before it on the resources that it waits for, at the most `limit`.
    func holders(before owner: Owner, limit: Int) -> [Owner] {
        var holders: [Owner] = []
        for place in places[owner] ?? [] where !place.hasLeft && place.group > resources[place.resource].reach {
            // The nearest group that has not left as a whole.
            var group = place.group - 1
            while group > resources[place.resource].front, resources[place.resource].groups[group].open == 0 {
                group -= 1
            }
            for other in resources[place.resource].groups[group].owners where isIn(other, place.resource, group) {
                guard holders.count < limit else { return holders }
                if !holders.contains(other) {
                    holders.append(other)
                }
            }
        }
        return holders
    }

    /// Those that stand next in line behind it.
    func waiting(behind owner: Owner) -> [Owner] {
        (places[owner] ?? []).lazy.filter { !$0.hasLeft }.flatMap { place -> [Owner] in
            let groups = resources[place.resource].groups
            let reach = resources[place.resource].reach
            guard place.group <= reach, let next = groups.indices.dropFirst(reach + 1).first(where: { groups[$0].open > 0 }) else {
                return []
            }
            return groups[next].owners.filter { isIn($0, place.resource, next) }
        }
    }

    private func isIn(_ owner: Owner, _ resource: Int, _ group: Int) -> Bool {
        (places[owner] ?? []).contains { $0.resource == resource && $0.group == group && !$0.hasLeft }
    }
}
