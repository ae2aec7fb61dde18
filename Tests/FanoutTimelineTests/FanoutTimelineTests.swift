@testable import FanoutEvents
@testable import FanoutTimeline
import Testing

@Test func sizes() {
    print("Event", MemoryLayout<Event>.stride, "Body", MemoryLayout<Event.Body>.stride, "Requested", MemoryLayout<Event.CallRequested>.stride, "Finished", MemoryLayout<Event.CallFinished>.stride, "Declared", MemoryLayout<Event.ToolDeclared>.stride, "Started", MemoryLayout<Event.CallStarted>.stride, "ModelFinished", MemoryLayout<Event.ModelFinished>.stride, "Item", MemoryLayout<EventReader.Item>.stride, "Lane", MemoryLayout<Lane>.stride, "Mark", MemoryLayout<Mark>.stride, "Turn", MemoryLayout<Turn>.stride)
}
