/// A marker that whoever looks at a session has set, and that stands in no event.
package struct OwnMarker: Sendable, Hashable {
    /// The session it is of; nil for the first of a recording.
    package var session: String?
    /// Microseconds since that session's start.
    package var t: Int64
    package var label: String

    package init(session: String? = nil, t: Int64, label: String) {
        self.session = session
        self.t = t
        self.label = label
    }
}

/// All of somebody's own markers in a recording, in the order of time.
package struct OwnMarkers: Sendable {
    package enum Change: Sendable, Hashable {
        case set(OwnMarker)
        case rename(OwnMarker, to: String)
        case remove(OwnMarker)
    }

    package private(set) var all: [OwnMarker] = []
    /// Grows with each change.
    package private(set) var version = 0

    package init(_ markers: some Sequence<OwnMarker> = []) {
        all = markers.sorted { $0.t < $1.t }
    }

    package mutating func apply(_ change: Change) {
        version += 1
        switch change {
        case .set(let marker):
            all.insert(marker, at: all.firstIndex { $0.t > marker.t } ?? all.count)
        case .rename(let marker, let label):
            if let place = all.firstIndex(of: marker) {
                all[place].label = label
            }
        case .remove(let marker):
            if let place = all.firstIndex(of: marker) {
                all.remove(at: place)
            }
        }
    }

    /// Takes over what stands in a file by now.
    package mutating func replace(by markers: OwnMarkers) {
        all = markers.all
        version += 1
    }
}
