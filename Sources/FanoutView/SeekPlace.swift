internal import FanoutEvents
package import FanoutTimeline

/// A place in a session, as somebody wrote it.
package enum SeekPlace: Sendable, Hashable {
    /// Microseconds from its first event.
    case instant(Int64)
    /// From 0, its beginning, to 1, its end.
    case share(Double)
    case marker(String)

    /// That a session has no marker of that name.
    package struct NoMarker: Error, Sendable, Hashable {
        package var name: String
        /// The markers that there are.
        package var labels: [String]
        /// The one that may have been meant.
        package var near: String? {
            let lower = name.lowercased()
            return labels.first { !$0.isEmpty && Spelling.isNear($0.lowercased(), lower) }
        }
    }

    /// Seconds, `M:SS`, `H:MM:SS`, a number with a unit such as `90s`, `50%`; anything else is a marker's name.
    package init(_ text: String) {
        if let instant = Self.seconds(text).map({ Int64($0 * 1_000_000) }) ?? Int64(durationText: text) {
            self = .instant(instant)
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
    package func needsMore(than timeline: Timeline) -> Bool {
        switch self {
        case .instant(let t): timeline.extent.lowerBound + t > timeline.last
        case .share, .marker: true
        }
    }

    /// The instant of the session, at the latest its last.
    package func instant(in timeline: Timeline, markers: OwnMarkers) throws(NoMarker) -> Int64 {
        let told = timeline.markers.map { (t: $0.t, label: $0.marker.label) }
        let own = markers.all.filter { $0.session == nil || $0.session == timeline.header.session }.map { (t: $0.t, label: $0.label) }
        return try instant(in: timeline, markers: told + own)
    }

    /// The instant of the session, at the latest its last.
    ///
    /// - Parameter markers: All markers that it has; the first of a name counts.
    func instant(in timeline: Timeline, markers: [(t: Int64, label: String)]) throws(NoMarker) -> Int64 {
        let extent = timeline.extent
        switch self {
        case .instant(let t): return min(extent.upperBound, extent.lowerBound + t)
        case .share(let share): return extent.lowerBound + Int64(Double(extent.upperBound - extent.lowerBound) * share)
        case .marker(let name):
            let found = markers.first { $0.label == name } ?? markers.first { $0.label.lowercased() == name.lowercased() }
            guard let found else { throw NoMarker(name: name, labels: markers.map(\.label)) }
            return found.t
        }
    }
}
