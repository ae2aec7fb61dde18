import FanoutEvents
import FanoutJSON
import Testing

@Suite("Fields that few events have")
struct EventFieldsTests {
    @Test("are there once they are set, and an event without them is as one that never had them")
    func rare() {
        let plain = Event.CallFinished(call: "c", outcome: .ok)
        var finished = plain
        finished.error = CallError(.timeout, "too long")
        finished.run = 5
        #expect(finished.error?.message == "too long" && finished.run == 5 && finished.sharedWith == nil)
        #expect(finished == Event.CallFinished(call: "c", outcome: .ok, error: CallError(.timeout, "too long"), run: 5))
        #expect(finished != plain)
        let other = finished
        finished.error = nil
        finished.run = nil
        #expect(finished == plain && finished.hashValue == plain.hashValue)
        #expect(other.error != nil)

        var started = Event.CallStarted(call: "c", arguments: JSONText(unchecked: "[1]"))
        #expect(started.arguments?.description == "[1]" && started.worker == nil)
        started.worker = "w"
        #expect(started == Event.CallStarted(call: "c", arguments: JSONText(unchecked: "[1]"), worker: "w"))
        started.arguments = nil
        started.worker = nil
        #expect(started == Event.CallStarted(call: "c"))
    }

    @Test("do not make others heavy to hand on")
    func size() {
        #expect(MemoryLayout<Event>.size <= 152)
    }
}
