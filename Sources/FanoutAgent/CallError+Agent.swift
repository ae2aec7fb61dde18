public import FanoutEvents

// Why a request brought no reply, or a prompt no whole answer.
extension CallError.Kind {
    /// The server asks for patience.
    public static let rateLimited = CallError.Kind(rawValue: "rate_limited")
    public static let serverError = CallError.Kind(rawValue: "server_error")
    /// The server does not take the request, now or later.
    public static let requestRefused = CallError.Kind(rawValue: "request_refused")
    /// What came is no reply of a model.
    public static let badReply = CallError.Kind(rawValue: "bad_reply")
    /// A reply that was cut off, or ended for a reason that nobody knows.
    public static let replyCut = CallError.Kind(rawValue: "reply_cut")
    public static let replyFiltered = CallError.Kind(rawValue: "reply_filtered")
    public static let tooManyTurns = CallError.Kind(rawValue: "too_many_turns")
}
