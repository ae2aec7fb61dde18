/// Which calls of a batch refer to each other in a circle, and an order in which each comes after what it refers to.
///
/// The order is the model's but where a reference points forward: then the call pulls what it refers to before it. Resources are handed
/// on in this order, so that order and references never wait for each other.
struct CallGraph {
    private(set) var order: [Int] = []
    /// For each call of a circle, the circle.
    private(set) var circles: [Int: [Int]] = [:]

    /// Tarjan's strongly connected components, with a stack of its own: a chain may be as long as the batch.
    init(_ after: [[Int]]) {
        order.reserveCapacity(after.count)
        var numbers = [Int](repeating: 0, count: after.count)
        var lows = numbers
        var isOnPath = [Bool](repeating: false, count: after.count)
        var path: [Int] = []
        var visits: [(call: Int, next: Int)] = []
        var count = 0

        for root in after.indices where numbers[root] == 0 {
            visits.append((root, 0))
            while let (call, next) = visits.last {
                if numbers[call] == 0 {
                    count += 1
                    numbers[call] = count
                    lows[call] = count
                    path.append(call)
                    isOnPath[call] = true
                }
                if next < after[call].count {
                    visits[visits.count - 1].next = next + 1
                    let other = after[call][next]
                    if numbers[other] == 0 {
                        visits.append((other, 0))
                    } else if isOnPath[other] {
                        lows[call] = min(lows[call], numbers[other])
                    }
                    continue
                }
                visits.removeLast()
                if let parent = visits.last?.call {
                    lows[parent] = min(lows[parent], lows[call])
                }
                if lows[call] == numbers[call] {
                    close(call, &path, &isOnPath, after)
                }
            }
        }
    }

    private mutating func close(_ call: Int, _ path: inout [Int], _ isOnPath: inout [Bool], _ after: [[Int]]) {
        let start = path.lastIndex(of: call) ?? path.startIndex
        let members = Array(path[start...])
        path.removeSubrange(start...)
        for member in members {
            isOnPath[member] = false
            order.append(member)
        }
        guard members.count > 1 || after[call].contains(call) else { return }
        let circle = Self.circle(among: Set(members), after)
        for member in members {
            circles[member] = circle
        }
    }

    /// One way round, from the first of the calls.
    private static func circle(among members: Set<Int>, _ after: [[Int]]) -> [Int] {
        var way: [Int] = []
        var places: [Int: Int] = [:]
        var call = members.min()
        while let here = call, places[here] == nil {
            places[here] = way.count
            way.append(here)
            call = after[here].first { members.contains($0) }
        }
        return Array(way[(call.flatMap { places[$0] } ?? 0)...])
    }
}
