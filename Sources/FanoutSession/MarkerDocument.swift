internal import FanoutEvents
internal import FanoutJSON
internal import FanoutTimeline

/// What stands in a file of markers: `{"version": 1, "markers": [{"t": 1230000, "label": "fix tests"}]}`, in the order of time.
///
/// `t` counts microseconds from the session's start, as in events; `session` names it where it is not the recording's first. Fields and
/// entries that are not known here stay as they are.
struct MarkerDocument {
    private static let version: Int64 = 1
    /// Bytes beyond which it is no such file.
    private static let largest = 16 << 20

    private var fields: JSONObject = ["version": .integer(version), "markers": .array([])]

    init() {}

    /// Reads a file.
    ///
    /// - Throws: `otherFormat` where it is damaged, `unreadable` where it cannot be read.
    init(reading path: String) throws(SessionError) {
        let bytes: [UInt8]
        do {
            bytes = try WholeFile.bytes(path)
        } catch {
            throw SessionError(.unreadable, error.description)
        }
        guard bytes.count <= Self.largest, let value = try? JSONValue(parsing: bytes), let object = value.object
        else {
            throw SessionError(.otherFormat, "\(path): it could not be read as markers")
        }
        fields = object
        guard isForeign || object["markers"]?.array != nil else {
            throw SessionError(.otherFormat, "\(path): it could not be read as markers")
        }
    }

    /// Whether a later version keeps its markers in another way.
    var isForeign: Bool { fields["version"]?.integer.map { $0 > Self.version } ?? false && fields["markers"]?.array == nil }

    private var entries: [JSONValue] { fields["markers"]?.array ?? [] }

    /// The markers that are understood.
    var markers: OwnMarkers { OwnMarkers(entries.compactMap { Self.marker($0) }) }

    private static func marker(_ value: JSONValue) -> OwnMarker? {
        guard let t = value["t"]?.integer, let label = value["label"]?.string else { return nil }
        return OwnMarker(session: value["session"]?.string, t: Instant.held(t), label: label)
    }

    mutating func apply(_ change: OwnMarkers.Change) {
        var entries = entries
        switch change {
        case .set(let marker):
            var entry: JSONObject = ["t": .integer(marker.t), "label": .string(marker.label)]
            entry["session"] = marker.session.map { .string($0) }
            let place = entries.firstIndex { Self.marker($0).map { $0.t > marker.t } ?? false }
            entries.insert(.object(entry), at: place ?? entries.count)
        case .rename(let marker, let label):
            if let place = entries.firstIndex(where: { Self.marker($0) == marker }), var entry = entries[place].object {
                entry["label"] = .string(label)
                entries[place] = .object(entry)
            }
        case .remove(let marker):
            entries.removeAll { Self.marker($0) == marker }
        }
        fields["markers"] = .array(entries)
    }

    /// A line for each marker, for whoever looks into the file.
    var bytes: [UInt8] {
        var lines = fields.filter { $0.key != "markers" }.map { Self.text(.string($0.key)) + ": " + Self.text($0.value) }
        let entries = entries.map { "\n    " + Self.text($0) }.joined(separator: ",")
        lines.append("\"markers\": [" + entries + (entries.isEmpty ? "]" : "\n  ]"))
        return Array(("{\n  " + lines.joined(separator: ",\n  ") + "\n}\n").utf8)
    }

    private static func text(_ value: JSONValue) -> String { JSONText(value).description }
}
