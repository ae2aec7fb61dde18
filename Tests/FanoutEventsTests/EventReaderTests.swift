import FanoutEvents
import FanoutJSON
import Testing

/// What a reader hands on, in a form that compares.
enum Taken: Equatable {
    case session(Int, Header)
    case event(Event, Int)
    case problem(EventProblem)
}

func read(_ text: String, pieces: Int = .max, withPayloads: Bool = true, arrival: EventReader.Arrival = .live(5_000_000)) -> [Taken] {
    read(Array(text.utf8), pieces: pieces, withPayloads: withPayloads, arrival: arrival)
}

func read(_ bytes: [UInt8], pieces: Int = .max, withPayloads: Bool = true, arrival: EventReader.Arrival = .live(5_000_000)) -> [Taken] {
    var reader = EventReader(EventReader.Options(withPayloads: withPayloads))
    var taken = Everything()
    var rest = bytes[...]
    while !rest.isEmpty {
        let piece = Array(rest.prefix(pieces))
        rest = rest.dropFirst(piece.count)
        piece.withUnsafeBytes { reader.read($0, arrival: arrival, into: &taken) }
    }
    reader.finish(arrival: arrival, into: &taken)
    return taken.taken
}

private struct Everything: EventReceiver {
    var taken: [Taken] = []

    mutating func open(_ header: Header, session: Int) { taken.append(.session(session, header)) }
    mutating func take(_ event: Event, session: Int, offset: Int64) { taken.append(.event(event, session)) }
    mutating func report(_ problem: EventProblem) { taken.append(.problem(problem)) }
}

@Suite("Event reader")
struct EventReaderTests {
    static let header = "{\"fanout\":1,\"session\":\"s\",\"started\":\"2026-11-20T14:02:00.123456Z\"}\n"
    static let started: Int64 = 1_795_183_320_123_456

    @Test("every type of event is read with all of its fields, and written back the same")
    func everyType() {
        let lines = [
            #"{"type":"tool.declared","t":1,"name":"db","reads":["a"],"writes":["b","c"],"sequential":true,"read_only":true,"repeatable":true,"pool":"p","limit":2,"rate":{"calls":3,"per_us":1000000},"timeout_us":5}"#,
            #"{"type":"turn.started","t":2,"turn":1,"title":"x","strategy":"parallel","limit":4,"parent":"c0"}"#,
            #"{"type":"message","t":3,"role":"user","text":"hi \"you\"\n","turn":1,"raw":{"a": 1.10}}"#,
            #"{"type":"model.started","t":4,"turn":1,"request":"r","provider":"openai","model":"m"}"#,
            #"{"type":"model.output","t":5,"turn":1,"request":"r","kind":"reasoning","text":"…"}"#,
            #"{"type":"model.retrying","t":6,"turn":1,"request":"r","attempt":1,"error":{"kind":"connection","message":"reset"},"delay":7}"#,
            #"{"type":"model.finished","t":7,"turn":1,"request":"r","finish":"calls","reason":"tool_calls","usage":{"input":1,"output":2,"cached":3},"error":{"kind":"x","message":"y"}}"#,
            #"{"type":"call.announced","t":8,"turn":1,"call":"c","name":"n","index":0}"#,
            #"{"type":"call.requested","t":9,"session":"s2","agent":"a","approx":"upper","turn":1,"call":"c","name":"n","index":0,"arguments":{"b":1.0,"a":[1e400]},"id":"p","after":["z"],"parent":"q","retry_of":"r","expected":{"p50":1,"p95":2,"n":3},"redacted":["k"]}"#,
            #"{"type":"call.queued","t":10,"call":"c","why":"order","on":["db","c2"]}"#,
            #"{"type":"call.decided","t":11,"call":"c","decision":"denied","by":"policy","scope":"tool"}"#,
            #"{"type":"call.started","t":12,"call":"c","attempt":2,"name":"n","turn":1,"arguments":{},"freed_by":"d","worker":"w"}"#,
            #"{"type":"call.progress","t":13,"call":"c","done":1.5,"total":4,"message":"m"}"#,
            #"{"type":"call.output","t":14,"call":"c","text":"o\t","stream":"stderr"}"#,
            #"{"type":"call.retrying","t":15,"call":"c","attempt":2,"error":{"kind":"k","message":"m"},"delay":100}"#,
            #"{"type":"call.finished","t":16,"call":"c","outcome":"timeout","error":{"kind":"timeout","message":"m"},"result":[null, 1],"bytes":10,"sent_bytes":5,"run_us":3,"shared_with":"d","abandoned":true,"detached":true}"#,
            #"{"type":"call.released","t":17,"call":"c"}"#,
            #"{"type":"turn.finished","t":18,"turn":1,"outcome":"cut"}"#,
            #"{"type":"marker","t":19,"label":"l","kind":"chapter","text":"x","call":"c","until":20}"#,
            #"{"type":"session.finished","t":20,"outcome":"cancelled"}"#,
            #"{"type":"weather.changed","t":21,"sky":  "grey","n":1.10,"deep":{"a":[1,2]}}"#,
            #"{"type":"call.released","t":22,"call":"c","why_not":1.10,"outcome":"x"}"#,
        ]
        var writer = EventWriter()
        var found = 0
        for taken in read(Self.header + lines.map { $0 + "\n" }.joined()) {
            if case .event(let event, _) = taken {
                writer.write(event)
                found += 1
            }
        }
        #expect(found == lines.count)
        let written = String(decoding: writer.bytes, as: UTF8.self).split(separator: "\n").map(String.init)
        for (line, expected) in zip(written, lines) {
            #expect(line == expected.replacing("  ", with: ""))
        }
    }

    @Test("bytes in pieces of any size give what they give whole")
    func pieces() {
        let text =
            Self.header
            + "{\"type\":\"call.started\",\"t\":1,\"call\":\"a-call-id-of-more-than-15-bytes\"}\n\n \r\n{\"type\":\"x\",\"t\":2,\"w\":\"日本\"}\nnot json\n"
            + "{\"type\":\"call.finished\",\"t\":3,\"call\":\"a-call-id-of-more-than-15-bytes\",\"outcome\":\"ok\"}"
        let whole = read(text)
        #expect(whole.count == 5)
        for size in [1, 2, 3, 5, 7, 64, 65, 100] {
            #expect(read(text, pieces: size) == whole, "pieces of \(size)")
        }
    }

    @Test(
        "what cannot be read is reported with its line and left out",
        arguments: [
            ("{\"type\":1}", EventProblem.Fault.noType),
            ("[1,2]", .notAnObject),
            ("{\"type\":\"call.started\",\"t\":1}", .missing("call")),
            ("{\"type\":\"turn.started\",\"t\":1}", .missing("turn")),
            ("{\"fanout\":2,\"session\":\"s\",\"started\":\"2026-11-20T14:02:00Z\"}", .otherVersion(2)),
            ("{\"fanout\":1,\"session\":\"s\"}", .badHeader),
            ("{\"type\":\"x\",}", .notJSON(offset: 12, reason: "a field's name in quotes is missing")),
            ("nonsense", .notJSON(offset: 0, reason: "a value is missing")),
        ])
    func faults(line: String, fault: EventProblem.Fault) {
        let taken = read(Self.header + line + "\n{\"type\":\"x\",\"t\":1}\n")
        #expect(taken.count == 3)
        #expect(taken[1] == .problem(EventProblem(line: 2, fault: fault)))
    }

    @Test("a recording cut at any byte is read up to its last whole line")
    func torn() {
        let events = (1...4).map { "{\"type\":\"marker\",\"t\":\($0),\"label\":\"日 \($0)\"}\n" }
        let bytes = Array((Self.header + events.joined()).utf8)
        for cut in Self.header.utf8.count...bytes.count {
            let taken = read(Array(bytes[..<cut]))
            let ends = bytes[..<cut].count { $0 == 0x0a } - 1
            let found = taken.count { if case .event = $0 { true } else { false } }
            // A last line that lacks nothing but its end is whole.
            let isWholeWithoutEnd = cut < bytes.count && bytes[cut] == 0x0a && bytes[cut - 1] == 0x7d
            #expect(found == ends + (isWholeWithoutEnd ? 1 : 0), "cut at \(cut)")
            let isTorn = taken.contains(.problem(EventProblem(line: ends + 2, fault: .torn)))
            #expect(isTorn == (bytes[cut - 1] != 0x0a && !isWholeWithoutEnd), "cut at \(cut)")
        }
    }

    @Test("what a strict parser refuses is read another way")
    func refused() {
        let deep = String(repeating: "[", count: 5000) + String(repeating: "]", count: 5000)
        let cases: [(String, String)] = [
            ("{\"type\":\"marker\",\"t\":1,\"label\":\"a\\udcffb\"}", "a\u{fffd}b"),
            ("{\"type\":\"marker\",\"t\":1,\"label\":\"x\",\"n\":123456789012345678901234567890}", "x"),
            ("{\"type\":\"marker\",\"t\":1,\"label\":\"x\",\"n\":1e400}", "x"),
            ("{\"type\":\"marker\",\"t\":1,\"label\":\"x\",\"n\":NaN,\"m\":-Infinity}", "x"),
            ("\u{feff}{\"type\":\"marker\",\"t\":1,\"label\":\"x\"}", "x"),
            ("{\"type\":\"marker\",\"t\":1,\"label\":\"x\",\"n\":\(deep)}", "x"),
        ]
        for (line, label) in cases {
            let taken = read(Self.header + line + "\n")
            guard taken.count == 2, case .event(let event, _) = taken[1], case .marker(let marker) = event.body else {
                Issue.record("not read: \(line.prefix(80)): \(taken)")
                continue
            }
            #expect(marker.label == label)
        }
        let invalid =
            Array(Self.header.utf8) + Array("{\"type\":\"marker\",\"t\":1,\"label\":\"a".utf8) + [0xff, 0xc3] + Array("\"}\n".utf8)
        guard case .event(let event, _) = read(invalid).last, case .marker(let marker) = event.body else {
            Issue.record("not read")
            return
        }
        #expect(marker.label == "a\u{fffd}\u{fffd}")
    }

    @Test("unknown fields stay as they were written, number for number")
    func extras() {
        let line =
            "{\"type\":\"call.released\",\"t\":1,\"call\":\"c\",\"n\":1.10,\"big\":123456789012345678901234567890,\"o\":{\"k\" : [1, 2.0]}}"
        guard case .event(let event, _) = read(Self.header + line + "\n").last else {
            Issue.record("not read")
            return
        }
        #expect(event.extra.map { "\($0.name)=\($0.value)" } == ["n=1.10", "big=123456789012345678901234567890", "o={\"k\" : [1, 2.0]}"])
    }

    @Test("instants come from t, from time, or from the arrival")
    func instants() {
        func t(_ lines: String..., arrival: EventReader.Arrival = .live(5_000_000)) -> [[Int64]] {
            read(lines.joined(separator: "\n") + "\n", arrival: arrival).compactMap { taken in
                switch taken {
                case .event(let event, let session): [Int64(session), event.t]
                case .session(_, let header): [header.started]
                case .problem: nil
                }
            }
        }
        // Without a header the session starts where its first event says.
        #expect(t(#"{"type":"x","t":30}"#, #"{"type":"x","t":50}"#) == [[4_999_970], [0, 30], [0, 50]])
        #expect(
            t(#"{"type":"x","time":1700000000.25}"#, #"{"type":"x","time":"2023-11-14T22:13:21Z"}"#) == [
                [1_700_000_000_250_000], [0, 0], [0, 750_000],
            ])
        #expect(t(#"{"type":"x"}"#, #"{"type":"x"}"#) == [[5_000_000], [0, 0], [0, 0]])
        #expect(t(#"{"type":"x"}"#, #"{"type":"x"}"#, arrival: .later(7)) == [[7], [0, 1000], [0, 2000]])
        // A header that comes late keeps what came before in its place.
        #expect(
            t(
                #"{"type":"x","session":"s","time":1}"#, #"{"fanout":1,"session":"s","started":"1970-01-01T00:00:03Z"}"#,
                #"{"type":"x","t":5}"#)
                == [[1_000_000], [0, 0], [1_000_000], [0, 2_000_005]])
    }

    @Test("sessions that share a stream are told apart")
    func sessions() {
        let text =
            Self.header + #"{"type":"x","t":1}"# + "\n" + Self.header.replacing("\"s\"", with: "\"z\"") + #"{"type":"x","t":2}"# + "\n"
            + #"{"type":"x","t":3,"session":"s"}"# + "\n"
        let sessions = read(text).compactMap { if case .event(let event, let session) = $0 { (event.t, session) } else { nil } }
        #expect(sessions.map(\.0) == [1, 2, 3])
        #expect(sessions.map(\.1) == [0, 1, 0])
    }

    @Test("left in place, payloads are known to be there")
    func skim() {
        let line = #"{"type":"call.finished","t":1,"call":"c","outcome":"ok","result":{"a":1},"mystery":2}"#
        guard case .event(let event, _) = read(Self.header + line + "\n", withPayloads: false).last,
            case .callFinished(let body) = event.body
        else {
            Issue.record("not read")
            return
        }
        #expect(body.result == .elided)
        #expect(event.extra == [])
    }

    /// What a program writes, and what a recording of it holds.
    static let odd: [(line: String, kept: String)] = [
        // Names with escapes are the names they stand for.
        (
            #"{"type":"call.finished","t":1,"\u0063all":"c","res\u0075lt":{"a": 1}}"#,
            #"{"type":"call.finished","t":1,"call":"c","outcome":"unknown","result":{"a": 1}}"#
        ),
        // A word that is none of the format's stays beside the one it is taken for, and counts when it is read again.
        (
            #"{"type":"call.finished","t":1,"call":"c","outcome":"odd"}"#,
            #"{"type":"call.finished","t":1,"call":"c","outcome":"unknown","outcome":"odd"}"#
        ),
        // An instant that is none has no place beside the one it gets.
        (
            #"{"type":"call.released","t":"soon","approx":"odd","call":"c"}"#,
            #"{"type":"call.released","t":0,"approx":"arrival","call":"c"}"#
        ),
        // A null does not hide the value before it.
        (
            #"{"type":"call.finished","t":1,"call":"c","result":1,"result":null}"#,
            #"{"type":"call.finished","t":1,"call":"c","outcome":"unknown","result":1}"#
        ),
        // Of an error without a message, all is the message.
        (
            #"{"type":"call.retrying","t":1,"call":"c","error":{"code":5}}"#,
            #"{"type":"call.retrying","t":1,"call":"c","error":{"kind":"tool_error","message":"{\"code\":5}"}}"#
        ),
        // Instants lie within what can be reckoned with.
        (
            #"{"type":"call.released","t":9223372036854775807,"call":"c"}"#,
            #"{"type":"call.released","t":4503599627370496,"call":"c"}"#
        ),
    ]

    @Test("what is written oddly is understood and kept", arguments: odd.indices)
    func kept(index: Int) {
        let (line, kept) = Self.odd[index]
        for case .event(let event, _) in read(Self.header + line + "\n", arrival: .live(Self.started)) {
            var writer = EventWriter()
            writer.write(event)
            #expect(String(decoding: writer.bytes, as: UTF8.self) == kept + "\n")
        }
    }

    @Test("a last line without its end is blank, torn, no event, or an event")
    func lastLine() {
        func problems(_ end: String) -> [EventProblem] {
            read(Self.header + end).compactMap { if case .problem(let problem) = $0 { problem } else { nil } }
        }
        #expect(problems("  ") == [])
        #expect(problems(#"{"type":"call.rel"#) == [EventProblem(line: 2, fault: .torn)])
        #expect(problems(#"{"a":1}"#) == [EventProblem(line: 2, fault: .noType)])
        #expect(problems(#"{"type":"x"}"#) == [])
    }

    @Test("events of a named session, and those that name none, come together where the names are the same")
    func sameSession() {
        let found = read(#"{"type":"x","session":"stream","t":0}"# + "\n" + #"{"type":"y","t":1}"# + "\n")
        let sessions = found.compactMap { if case .session(let index, _) = $0 { index } else { nil } }
        #expect(sessions == [0])
    }
}

@Suite("Instants")
struct InstantTests {
    @Test(
        "RFC 3339 is written and read",
        arguments: [
            ("1970-01-01T00:00:00.000000Z", Int64(0)), ("2026-11-20T14:02:00.123456Z", 1_795_183_320_123_456),
            ("1969-12-31T23:59:59.999999Z", -1),
            ("2024-02-29T12:00:00.000000Z", 1_709_208_000_000_000),
        ])
    func bothWays(text: String, instant: Int64) {
        #expect(Instant.rfc3339(instant) == text)
        #expect(Instant.microseconds(rfc3339: text) == instant)
    }

    @Test(
        "other ways to write one",
        arguments: [
            ("2026-11-20T15:02:00+01:00", Int64?.some(1_795_183_320_000_000)), ("2026-11-20 14:02:00Z", 1_795_183_320_000_000),
            ("2026-11-20T14:02:00", 1_795_183_320_000_000), ("2026-11-20T14:02:00.1234567Z", 1_795_183_320_123_456), ("2026-11-20", nil),
            ("now", nil),
            ("2026-13-20T14:02:00Z", nil), ("2026-11-20T14:02:00Zz", nil),
        ])
    func others(text: String, instant: Int64?) {
        #expect(Instant.microseconds(rfc3339: text) == instant)
    }
}
