internal import FanoutEvents

/// The conversation of one agent with the model, as far as it was read.
///
/// A class, since a line changes it in several places.
final class ClaudeThread {
    /// One reply of the model, from its request on.
    struct Reply {
        var turn: Int
        var request: String
        /// The reply's own id, as a number that tells it from others; nil until its first line comes.
        var message: UInt64?
        /// Calls of it so far, each with its place in the reply.
        var places: [String: Int] = [:]
        /// The last instant at which it told anything.
        var last: Int64
        /// Whether ``last`` is when it was over, not only when it went on.
        var isEndMeasured = false
        var reason: String?
        var usage: Event.Usage?
        /// Where the line stands that told of it last.
        var offset: Int64 = 0
        /// Whether its end was told.
        var isOver = false
        /// Whether what it says was told piece by piece.
        var isStreamed = false
        /// Whether the last thing it told was a call, after which mostly nothing comes.
        var endsWithCall = false
        var attempt = 1
        /// When the next attempt is due after one that failed.
        var retry: Int64?
    }

    /// As events name the agent; nil for the one that the user talks to.
    var agent: String?
    /// The call whose work this is.
    var parent: String?
    /// Whether the user talks to this one.
    let isMain: Bool
    var reply: Reply?
    /// The calls of the newest reply; those that have ended are no calls of the session any more.
    var open: [String] = []
    /// The instant of the line before.
    var last: Int64?
    /// When requests left, of which no reply has come, by their ids.
    var requests: [(id: UInt64, t: Int64)] = []

    init(isMain: Bool) { self.isMain = isMain }

    static let mostRequests = 16

    /// Changes the newest reply, if there is one.
    func change(_ body: (inout Reply) -> Void) {
        guard var reply else { return }
        body(&reply)
        self.reply = reply
    }
}
