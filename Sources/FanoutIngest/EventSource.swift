/// Something that events come from while the program runs.
package protocol EventSource: AnyObject {
    /// What to wait on; it may change after each ``read(now:)``, and is negative when there is nothing to wait for.
    var descriptor: Int32 { get }
    /// Whether it can wait unread for the length of a frame without holding up its writer.
    var isPatient: Bool { get }
    /// Takes what has come.
    ///
    /// - Parameter now: Microseconds since the Unix epoch.
    /// - Returns: What the user should know, if anything.
    func read(now: Int64) -> SourceNews?
}

/// What became of a source.
package enum SourceNews: Sendable, Hashable {
    /// Nothing more will come of it.
    case ended
    /// It goes on, but this should be said.
    case notice(String)
}
