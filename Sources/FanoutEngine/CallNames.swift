/// The ids of a session's calls: the provider's own, made unique where it repeats one.
struct CallNames: Sendable {
    private var counts: [String: Int] = [:]

    mutating func reserve(_ count: Int) { counts.reserveCapacity(counts.count + count) }

    /// The provider's id the first time, `ID~2` the second.
    mutating func name(for id: String) -> String {
        let id = id.isEmpty ? "call" : id
        guard let known = counts.updateValue(1, forKey: id) else { return id }
        var number = known + 1
        // A provider may have used such an id itself.
        while counts["\(id)~\(number)"] != nil {
            number += 1
        }
        counts[id] = number
        counts["\(id)~\(number)"] = 1
        return "\(id)~\(number)"
    }
}
