/// Something that events come from while the program runs.
///
/// What owns several descriptors has one that becomes readable when any of them does.
package protocol EventSource: AnyObject {
    /// What to wait on; it may change after each ``read(now:)``, and is negative when there is nothing to wait for.
    var descriptor: Int32 { get }
    /// Whether it can wait unread for the length of a frame without holding up its writer.
    var isPatient: Bool { get }
    /// Takes what has come, but no more than can be taken while a key waits; the descriptor stays readable where there is more.
    ///
    /// - Parameter now: Microseconds since the Unix epoch.
    /// - Returns: What the user should know.
    func read(now: Int64) -> [SourceNews]
    /// Passes on that the user would like it to end.
    ///
    /// - Returns: What to say of that; nil where there is nobody to pass it on to.
    func interrupt() -> String?
    /// Gives back to the system what outlives the program; nothing is read afterwards.
    func release()
}

extension EventSource {
    package func interrupt() -> String? { nil }
    package func release() {}
}

/// What became of a source.
package enum SourceNews: Sendable, Hashable {
    /// Nothing more will come of it.
    case ended
    /// It goes on, but this should be said.
    case notice(String)
    /// A program that was started printed this.
    case printed([UInt8], isError: Bool)
}
