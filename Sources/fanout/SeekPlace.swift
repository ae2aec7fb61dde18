internal import FanoutEvents
internal import FanoutTimeline

/// Where somebody wants a recording to begin.
enum SeekPlace {
    /// Microseconds from its first event.
    case instant(Int64)
    /// From 0, its beginning, to 1, its end.
    case share(Double)
    case marker(String)

    /// Seconds, `M:SS`, `H:MM:SS`, `50%`; anything else is a marker's name.
    init(_ text: String) {
        if let seconds = Self.seconds(text) {
            self = .instant(Int64(seconds * 1_000_000))
        } else if text.hasSuffix("%"), let percent = Double(text.dropLast()), (0...100).contains(percent) {
            self = .share(percent / 100)
        } else {
            self = .marker(text)
        }
    }

    private static func seconds(_ text: String) -> Double? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { Double($0) }
        guard numbers.count == parts.count, (1...3).contains(parts.count), numbers.allSatisfy({ (0...1e9).contains($0) }) else {
            return nil
        }
        // Only what stands first may be more than a clock has, and only what stands last have a fraction.
        guard numbers.dropFirst().allSatisfy({ $0 < 60 }), numbers.dropLast().allSatisfy({ $0 == $0.rounded(.down) }) else { return nil }
        return numbers.reduce(0) { $0 * 60 + $1 }
    }

    /// Whether more of the recording must be read to find it.
    func needsMore(than timeline: Timeline) -> Bool {
        switch self {
        case .instant(let t): timeline.extent.lowerBound + t > timeline.last
        case .share, .marker: true
        }
    }

    /// The instant of the session, at the latest its last.
    func instant(in timeline: Timeline, markers: OwnMarkers) throws(UsageError) -> Int64 {
        let extent = timeline.extent
        switch self {
        case .instant(let t): return min(extent.upperBound, extent.lowerBound + t)
        case .share(let share): return extent.lowerBound + Int64(Double(extent.upperBound - extent.lowerBound) * share)
        case .marker(let name):
            let told = timeline.markers.map { (t: $0.t, label: $0.marker.label) }
            let own = markers.all.filter { $0.session == nil || $0.session == timeline.header.session }.map { (t: $0.t, label: $0.label) }
            let all = told + own
            let found = all.first { $0.label == name } ?? all.first { $0.label.lowercased() == name.lowercased() }
            guard let found else { throw Self.unknown(name, all.map(\.label)) }
            return found.t
        }
    }

    private static func unknown(_ name: String, _ labels: [String]) -> UsageError {
        let names = labels.filter { !$0.isEmpty }.prefix(5).map { "\"" + CleanText($0).string + "\"" }.joined(separator: ", ")
        let known = names.isEmpty ? "no markers" : names + (labels.count > 5 ? " and \(labels.count - 5) more" : "")
        return UsageError(
            "--seek \(name): it takes seconds from 0, M:SS, H:MM:SS, a percentage such as 50%, or a marker's name; this recording has \(known)"
        )
    }
}
