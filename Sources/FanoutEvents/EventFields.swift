internal import FanoutJSON

/// The known fields of one line, by name, until they are taken.
///
/// What nobody takes is unknown to this version for that type of event, and is kept as it stood. It cannot be copied, since it owns memory.
struct EventFields: ~Copyable {
    enum Name: String, CaseIterable, Sendable {
        case fanout, started, source, meta
        case type, t, time, session, agent, approx
        case name, reads, writes, sequential, readOnly = "read_only", repeatable, pool, limit, rate, timeout = "timeout_us"
        case turn, title, strategy, parent, role, text, raw
        case request, provider, model, kind, attempt, error, delay, finish, reason, usage
        case call, index, arguments, id, after, retryOf = "retry_of", expected, redacted
        case why, on, decision, by, scope, freedBy = "freed_by", worker, done, total, message, stream
        case outcome, result, bytes, sentBytes = "sent_bytes", run = "run_us", sharedWith = "shared_with", abandoned, detached
        case label, until
    }

    private static let names = WordTable<Name>()

    /// Whether payloads and unknown fields are taken along, or left in place.
    let withPayloads: Bool
    private let names = Self.names
    /// Where each field's value stands on the tape; 0 where it is not there, or was taken. Bare memory, because it is written for every field of
    /// every line.
    private let slots = UnsafeMutableBufferPointer<Int32>.allocate(capacity: Name.allCases.count)
    private var unknown = false
    private var root: JSONElement?
    private var line = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
    private var cache = StringCache()

    init(withPayloads: Bool) {
        self.withPayloads = withPayloads
        slots.initialize(repeating: 0)
    }

    deinit { slots.deallocate() }

    /// Takes up a line's fields; false where it is not an object.
    mutating func load(_ root: JSONElement, line: UnsafeBufferPointer<UInt8>) -> Bool {
        self.root = root
        self.line = line
        guard var fields = root.fields else { return false }
        var hasUnknown = false
        slots.update(repeating: 0)
        while let (key, value) = fields.next() {
            guard let bytes = key.utf8, let name = names.word(bytes) else {
                hasUnknown = true
                continue
            }
            // Null says that no value is known, as leaving the field out does.
            if !value.isNull {
                slots[name.slot] = Int32(truncatingIfNeeded: value.index)
            }
        }
        unknown = hasUnknown
        return true
    }

    func has(_ name: Name) -> Bool { slots[name.slot] != 0 }

    /// A field's value, which stays untaken.
    func element(_ name: Name) -> JSONElement? {
        let index = slots[name.slot]
        guard index != 0, let root else { return nil }
        return JSONElement(tape: root.tape, strings: root.strings, index: Int(index))
    }

    /// Takes a field, whatever it holds.
    mutating func drop(_ name: Name) {
        slots[name.slot] = 0
    }

    /// The bytes of a string field, which stays untaken.
    func utf8(_ name: Name) -> UnsafeBufferPointer<UInt8>? { element(name)?.utf8 }

    /// A string; a whole number is taken for its digits, since some programs count their calls.
    mutating func string(_ name: Name) -> String? {
        guard let element = element(name) else { return nil }
        if let bytes = element.utf8 {
            drop(name)
            return cache.string(bytes)
        }
        if let integer = element.integer {
            drop(name)
            return String(integer)
        }
        return nil
    }

    mutating func integer(_ name: Name) -> Int64? {
        guard let element = element(name), let value = element.integer ?? element.double.flatMap({ abs($0) < 9e18 ? Int64($0) : nil })
        else { return nil }
        drop(name)
        return value
    }

    mutating func int(_ name: Name) -> Int? { integer(name).flatMap(Int.init(exactly:)) }

    mutating func double(_ name: Name) -> Double? {
        guard let value = element(name)?.double else { return nil }
        drop(name)
        return value
    }

    mutating func flag(_ name: Name) -> Bool {
        guard let value = element(name)?.bool else { return false }
        drop(name)
        return value
    }

    /// One of the format's words; another one stays untaken, and so is kept.
    mutating func word<Word: EventWord>(_ name: Name) -> Word? {
        guard let bytes = element(name)?.utf8, let word = Word.table.word(bytes) else { return nil }
        drop(name)
        return word
    }

    mutating func list(_ name: Name) -> [String] {
        guard let element = element(name) else { return [] }
        if var items = element.items {
            var list: [String] = []
            while let item = items.next() {
                if let bytes = item.utf8 {
                    list.append(cache.string(bytes))
                } else if let integer = item.integer {
                    list.append(String(integer))
                }
            }
            drop(name)
            return list
        }
        return string(name).map { [$0] } ?? []
    }

    /// The whole numbers of an object field, by name.
    mutating func numbers(_ name: Name) -> [String: Int64]? {
        guard var fields = element(name)?.fields else { return nil }
        var numbers: [String: Int64] = [:]
        while let (key, value) = fields.next() {
            if let key = key.string, let integer = value.integer {
                numbers[key] = integer
            }
        }
        drop(name)
        return numbers
    }

    /// An error: an object, or just its message.
    mutating func error(_ name: Name) -> CallError? {
        guard let element = element(name) else { return nil }
        if let message = element.string {
            drop(name)
            return CallError(.toolError, message)
        }
        guard var fields = element.fields else { return nil }
        var kind = CallError.Kind.toolError
        var message: String?
        while let (key, value) = fields.next() {
            switch key.string {
            case "kind": kind = value.string.map(CallError.Kind.init(rawValue:)) ?? kind
            case "message": message = value.string ?? JSONValue(value).description
            default: break
            }
        }
        drop(name)
        // Where nothing is called the message, all of it is.
        return CallError(kind, message ?? JSONValue(element).description)
    }

    /// The text of a long field, or nothing where payloads are left in place.
    mutating func longText(_ name: Name) -> String? {
        guard let element = element(name), element.kind == .string else { return nil }
        drop(name)
        return withPayloads ? element.string : ""
    }

    /// A field's value as it stands in the line, or ``JSONText/elided`` where payloads are left in place.
    mutating func payload(_ name: Name) -> JSONText? {
        guard let element = element(name) else { return nil }
        drop(name)
        guard withPayloads else { return .elided }
        return raw { $1.index == element.index }.first?.value
    }

    /// What nobody took, in the order it stood; of a known field that stands twice, the one that counts.
    mutating func rest() -> [Event.ExtraField] {
        guard withPayloads, unknown || slots.contains(where: { $0 != 0 }) else { return [] }
        return raw { key, value in
            guard let name = key.utf8.flatMap(names.word) else { return true }
            return slots[name.slot] == Int32(truncatingIfNeeded: value.index)
        }
    }

    /// The fields that satisfy a condition, as they stand in the line.
    private func raw(where condition: (_ key: JSONElement, _ value: JSONElement) -> Bool) -> [Event.ExtraField] {
        guard var fields = root?.fields else { return [] }
        var found: [Event.ExtraField] = []
        // What was read and where it stands go side by side, so that names are compared as they were read, whatever escapes they have.
        var scanner = JSONFieldScanner(line)
        while let (key, value) = fields.next(), let place = scanner.next() {
            guard condition(key, value) else { continue }
            found.append(Event.ExtraField(name: key.string ?? "", value: JSONText(unchecked: Array(line[place.value]))))
        }
        return found
    }
}

extension EventFields.Name {
    /// The field's place among all, as the enum lays it out.
    fileprivate var slot: Int {
        Int(unsafeBitCast(self, to: UInt8.self))
    }
}
