internal import FanoutJSON
internal import FanoutTimeline

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// The known fields of one line, by name: those of a transcript, and those of stream-json, which spells them otherwise.
struct ClaudeFields {
    enum Name: UInt8, CaseIterable {
        case type, subtype, message, uuid, parent, timestamp, session, isSidechain, agent, cwd, branch, version
        case isMeta, isSummary, isTranscriptOnly, origin, content, attachment, operation
        case toolResult, denialKind, isDeniedBeforeRun, decision, resultMeta
        case isAPIError, apiErrorType, apiErrorStatus, error
        case requestRef, id, querySource, params
        case retryDelay, retryAttempt, compaction
        case title
        case event, firstTokenDelay, parentCall, agentType, agentDescription
        case taskID, call, description, patch, status
        case isError, terminalReason, model
    }

    /// Each spelling of a name.
    private static let spellings: [(StaticString, Name)] = [
        ("type", .type), ("subtype", .subtype), ("message", .message), ("uuid", .uuid), ("parentUuid", .parent),
        ("timestamp", .timestamp), ("sessionId", .session), ("session_id", .session), ("isSidechain", .isSidechain),
        ("agentId", .agent), ("agent_id", .agent), ("cwd", .cwd), ("gitBranch", .branch), ("version", .version),
        ("claude_code_version", .version), ("isMeta", .isMeta), ("isCompactSummary", .isSummary),
        ("isVisibleInTranscriptOnly", .isTranscriptOnly), ("origin", .origin), ("content", .content), ("attachment", .attachment),
        ("operation", .operation), ("toolUseResult", .toolResult), ("tool_use_result", .toolResult),
        ("toolDenialKind", .denialKind), ("toolDenialBeforeRun", .isDeniedBeforeRun), ("permissionDecision", .decision),
        ("tool_result_meta", .resultMeta), ("isApiErrorMessage", .isAPIError), ("is_api_error_message", .isAPIError),
        ("apiErrorType", .apiErrorType), ("api_error_type", .apiErrorType), ("apiErrorStatus", .apiErrorStatus),
        ("api_error_status", .apiErrorStatus), ("error_status", .apiErrorStatus), ("error", .error), ("requestRef", .requestRef),
        ("id", .id), ("querySource", .querySource), ("params", .params), ("retryInMs", .retryDelay), ("retry_delay_ms", .retryDelay),
        ("retryAttempt", .retryAttempt), ("attempt", .retryAttempt), ("compactMetadata", .compaction),
        ("compact_metadata", .compaction), ("summary", .title), ("aiTitle", .title), ("customTitle", .title), ("title", .title),
        ("event", .event), ("ttft_ms", .firstTokenDelay), ("parent_tool_use_id", .parentCall), ("subagent_type", .agentType),
        ("task_description", .agentDescription), ("task_id", .taskID), ("tool_use_id", .call), ("description", .description),
        ("patch", .patch), ("status", .status), ("is_error", .isError),
        ("terminal_reason", .terminalReason), ("model", .model),
    ]

    private struct Entry {
        var spelling: StaticString = ""
        /// Negative where nothing is.
        var slot = -1
    }

    private static let table: [Entry] = {
        var entries = Array(repeating: Entry(), count: 256)
        for (spelling, name) in spellings {
            var place = place(of: UnsafeBufferPointer(start: spelling.utf8Start, count: spelling.utf8CodeUnitCount))
            while entries[place].slot >= 0 {
                place = (place + 1) & 255
            }
            entries[place] = Entry(spelling: spelling, slot: Int(name.rawValue))
        }
        return entries
    }()

    private let table = Self.table
    private var places = [Int32](repeating: 0, count: Name.allCases.count)
    private var root: JSONElement?

    /// Takes up a line's fields; false where it is not an object. Of a field that stands twice the last counts.
    mutating func load(_ root: JSONElement) -> Bool {
        self.root = root
        guard var fields = root.fields else { return false }
        for place in places.indices {
            places[place] = 0
        }
        while let (key, value) = fields.next() {
            // Null says that no value is known, as leaving the field out does.
            if let bytes = key.utf8, !value.isNull, let slot = slot(of: bytes) {
                places[slot] = Int32(truncatingIfNeeded: value.index)
            }
        }
        return true
    }

    subscript(name: Name) -> JSONElement? {
        let index = places[Int(name.rawValue)]
        guard index != 0, let root else { return nil }
        return JSONElement(tape: root.tape, strings: root.strings, index: Int(index))
    }

    func flag(_ name: Name) -> Bool { self[name]?.bool ?? false }

    func string(_ name: Name) -> String? { self[name]?.string }

    private func slot(of bytes: UnsafeBufferPointer<UInt8>) -> Int? {
        var place = Self.place(of: bytes)
        while table[place].slot >= 0 {
            let spelling = table[place].spelling
            if spelling.utf8CodeUnitCount == bytes.count, let start = bytes.baseAddress,
                memcmp(spelling.utf8Start, start, bytes.count) == 0
            {
                return table[place].slot
            }
            place = (place + 1) & 255
        }
        return nil
    }

    private static func place(of bytes: UnsafeBufferPointer<UInt8>) -> Int {
        guard let first = bytes.first, let last = bytes.last else { return 0 }
        let middle = bytes[bytes.count / 2]
        return (Int(first) &* 31 &+ Int(last) &* 7 &+ Int(middle) &* 131 &+ bytes.count &* 17) & 255
    }
}

extension JSONElement {
    /// A number that tells these bytes from others, as far as 64 bits do; nil where it is no string.
    var fingerprint: UInt64? {
        guard let utf8 else { return nil }
        return Fingerprint.of(utf8)
    }

    /// Whether it is this string.
    func isString(_ word: StaticString) -> Bool {
        guard let utf8, utf8.count == word.utf8CodeUnitCount, let start = utf8.baseAddress else { return false }
        return memcmp(start, word.utf8Start, utf8.count) == 0
    }
}
