import FanoutEvents
import FanoutJSON
import FanoutTimeline
import Testing

@Suite("What could have run together")
struct AdviceTests {
    /// Events in the order they happened; each stands at a place of its own.
    private static func advice(_ lines: [String]) -> [String] {
        var timelines = Timelines()
        var taken = Taken()
        var reader = EventReader()
        let text = #"{"fanout":1,"session":"s","started":"2026-11-20T14:02:00Z"}"# + "\n" + lines.joined(separator: "\n") + "\n"
        Array(text.utf8).withUnsafeBytes { reader.read($0, arrival: .later(0), into: &taken) }
        timelines.open(Header(session: "s", started: 0), session: 0, source: 0)
        for (place, event) in taken.events.enumerated() {
            timelines.apply(event, session: 0, source: 0, place: Place(source: 0, offset: Int64(place)))
        }
        timelines.close(source: 0)
        return timelines[0].advice { taken.events[Int($0.offset)] }.map { "\($0.finding) \($0.saving / 1000) \($0.count)" }
    }

    private struct Taken: EventReceiver {
        var events: [Event] = []
        mutating func open(_ header: Header, session: Int) {}
        mutating func take(_ event: Event, session: Int, offset: Int64) { events.append(event) }
        mutating func report(_ problem: EventProblem) { Issue.record("\(problem)") }
    }

    /// A turn that asks its model for 100 ms, and then runs one call for 200.
    private static func turn(_ number: Int, at t: Int64, _ tool: String, _ argument: String, result: String = "", outcome: String = "ok")
        -> [String]
    {
        let (t, c) = (t * 1000, "c\(number)")
        return [
            #"{"type":"turn.started","t":\#(t),"turn":\#(number)}"#,
            #"{"type":"model.started","t":\#(t),"turn":\#(number),"request":"r\#(number)"}"#,
            #"{"type":"model.finished","t":\#(t + 100_000),"turn":\#(number),"request":"r\#(number)","finish":"calls"}"#,
            #"{"type":"call.requested","t":\#(t + 100_000),"turn":\#(number),"call":"\#(c)","name":"\#(tool)","index":0,"arguments":{"path":"\#(argument)"}}"#,
            #"{"type":"call.started","t":\#(t + 100_000),"call":"\#(c)"}"#,
            #"{"type":"call.finished","t":\#(t + 300_000),"call":"\#(c)","outcome":"\#(outcome)","result":"\#(result)"}"#,
            #"{"type":"turn.finished","t":\#(t + 300_000),"turn":\#(number),"outcome":"ok"}"#,
        ]
    }

    @Test("turns of one call of a tool are wanted together, unless a later one needs what an earlier one found")
    func oneByOne() {
        let found = Self.advice(
            Self.turn(1, at: 0, "read", "a.swift") + Self.turn(2, at: 300, "read", "b.swift", result: "see d.swift")
                + Self.turn(3, at: 600, "read", "c.swift")
                // It was found by the second.
                + Self.turn(4, at: 900, "read", "d.swift") + Self.turn(5, at: 1200, "bash", "ls"))
        // Two calls and two requests to the model less.
        #expect(found == ["askedOneByOne(tool: \"read\", turns: [1, 2, 3]) 600 3"])
    }

    @Test("another tool between them, or one that failed, ends what was wanted together")
    func broken() {
        #expect(
            Self.advice(
                Self.turn(1, at: 0, "read", "a.swift") + Self.turn(2, at: 300, "bash", "make") + Self.turn(3, at: 600, "read", "b.swift"))
                == [])
        #expect(
            Self.advice(Self.turn(1, at: 0, "read", "a.swift") + Self.turn(2, at: 300, "read", "b.swift", outcome: "failed")) == [
                "failures(tool: \"read\") 200 1"
            ])
    }

    @Test("each rule that kept calls apart is lifted for itself")
    func rules() {
        func call(_ name: String, _ tool: String, _ start: Int64, _ end: Int64, _ why: String? = nil, on: String? = nil) -> [String] {
            var lines = [#"{"type":"call.requested","t":0,"turn":1,"call":"\#(name)","name":"\#(tool)"}"#]
            if let why {
                lines.append(#"{"type":"call.queued","t":0,"call":"\#(name)","why":"\#(why)"\#(on.map { #","on":["\#($0)"]"# } ?? "")}"#)
            }
            lines.append(#"{"type":"call.started","t":\#(start * 1000),"call":"\#(name)"}"#)
            lines.append(#"{"type":"call.finished","t":\#(end * 1000),"call":"\#(name)","outcome":"ok"}"#)
            return lines
        }
        let started = #"{"type":"turn.started","t":0,"turn":1}"#
        let two = { (why: String, on: String?) in call("a", "x", 0, 100) + call("b", "x", 100, 300, why, on: on) }
        #expect(
            Self.advice([#"{"type":"turn.started","t":0,"turn":1,"strategy":"sequential"}"#] + two("order", "a")) == ["sequential 100 2"])
        #expect(
            Self.advice([#"{"type":"turn.started","t":0,"turn":1,"strategy":"sequential","limit":1}"#] + two("order", "a")) == [
                "sequential 100 2"
            ])
        #expect(
            Self.advice([#"{"type":"tool.declared","t":0,"name":"x","rate":{"calls":1,"per_us":100000}}"#, started] + two("rate", "x")) == [
                "toolRate(tool: \"x\") 100 2"
            ])
        #expect(Self.advice([#"{"type":"turn.started","t":0,"turn":1,"limit":1}"#] + two("limit", nil)) == ["turnLimit(1) 100 2"])
        #expect(
            Self.advice([#"{"type":"tool.declared","t":0,"name":"x","limit":1}"#, started] + two("limit", "x")) == [
                "toolLimit(tool: \"x\", limit: 1) 100 2"
            ])
        #expect(
            Self.advice([#"{"type":"tool.declared","t":0,"name":"x","pool":"gpu"}"#, started] + two("limit", "gpu")) == [
                "pool(\"gpu\", limit: 1) 100 2"
            ])
        #expect(
            Self.advice([#"{"type":"tool.declared","t":0,"name":"x","writes":["db"]}"#, started] + two("order", "a")) == [
                "resource(\"db\") 100 2"
            ])
        #expect(Self.advice([started] + call("a", "x", 0, 100) + call("b", "x", 0, 100)) == [])
    }
}
