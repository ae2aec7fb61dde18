package import FanoutEvents
package import FanoutTimeline

/// A few calls written like voices of a score, a tenth of a second for each character.
///
///     grep |..====+        waits, runs, ends well
///     bash |:::==~~==!     is queued, tries, backs off, tries again, fails
///     read |    ===+       is not known of for four tenths of a second
///
/// `.` it waits, `:` it is queued for a limit, `=` an attempt, `~` back-off; `+` ok, `!` failed, `t` timeout, `x` cancelled, `s` skipped;
/// what has no end is left open. Lines that begin with `#` are for the reader.
package struct Score {
    package var events: [Event] = []

    package static let beat: Int64 = 100_000

    package init(_ text: String, turn: Int = 1) {
        var voices: [(t: Int64, event: Event)] = [(0, Event(t: 0, .turnStarted(Event.TurnStarted(turn: turn))))]
        var index = 0
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            let parts = line.split(separator: "|", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { continue }
            index += 1
            let name = String(parts[0].filter { $0 != " " })
            voices += Self.voice(name: name, notes: parts[1], call: "c\(index)", index: index - 1, turn: turn)
        }
        events = voices.enumerated().sorted { ($0.element.t, $0.offset) < ($1.element.t, $1.offset) }.map(\.element.event)
    }

    private static func voice(name: String, notes: Substring, call: String, index: Int, turn: Int) -> [(t: Int64, event: Event)] {
        var events: [(Int64, Event)] = []
        var last: Character = " "
        var attempt = 0
        for (place, note) in notes.enumerated() {
            let t = Int64(place) * beat
            defer { last = note }
            guard note != " ", note != last else { continue }
            if last == " " {
                events.append((t, Event(t: t, .callRequested(Event.CallRequested(turn: turn, call: call, name: name, index: index)))))
            }
            if let body = body(note, after: last, call: call, &attempt) {
                events.append((t, Event(t: t, body)))
            }
        }
        return events
    }

    private static func body(_ note: Character, after last: Character, call: String, _ attempt: inout Int) -> Event.Body? {
        func finished(_ outcome: Event.Outcome, _ kind: CallError.Kind?, _ message: String = "") -> Event.Body {
            .callFinished(Event.CallFinished(call: call, outcome: outcome, error: kind.map { CallError($0, message) }))
        }
        switch note {
        case ":": return .callQueued(Event.CallQueued(call: call, why: .limit))
        case "=":
            attempt += 1
            return .callStarted(Event.CallStarted(call: call, attempt: attempt))
        case "~":
            return .callRetrying(Event.CallRetrying(call: call, attempt: attempt, error: CallError(.connection, "reset"), delay: nil))
        case "+": return finished(.ok, nil)
        case "!": return finished(.failed, .exitStatus, "exit 1")
        case "t": return finished(.timeout, .timeout, "timed out after 5 s, and nothing came back")
        case "x": return finished(.cancelled, .cancelled, "cancelled")
        case "s": return finished(.skipped, .dependencyFailed, "it needed the result of another call, which failed")
        default: return nil
        }
    }

    /// The score as a session's timeline, which still goes.
    package var timeline: Timeline {
        var timeline = Timeline(header: Header(session: "score", started: 0))
        for event in events {
            timeline.apply(event)
        }
        return timeline
    }
}
