internal import CSystem
package import FanoutSession

/// A recording that is shown while the rest of it is read.
package final class RecordingSource: EventSource {
    /// Bytes read at once, so that keys are answered meanwhile.
    private static let most = 4 << 20

    package private(set) var descriptor: Int32
    package let isPatient = false
    private let reading: RecordingReading
    private let nudge: Nudge
    /// The last share that was said, in percent.
    private var said = 0

    /// Nil where the system has no descriptors left.
    package init?(_ reading: RecordingReading) {
        guard let nudge = Nudge() else { return nil }
        self.reading = reading
        self.nudge = nudge
        descriptor = nudge.descriptor
        nudge.set()
    }

    package func read(now: Int64) -> [SourceNews] {
        do throws(SessionError) {
            if try reading.readOn(most: Self.most) {
                let percent = Int(reading.progress * 100)
                guard percent >= said + 5 else { return [] }
                said = percent
                return [.notice("reading: \(percent) %")]
            }
        } catch {
            descriptor = -1
            return [.notice(error.description), .ended]
        }
        descriptor = -1
        return [.notice("all of it is read"), .ended]
    }
}
