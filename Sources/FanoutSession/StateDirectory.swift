#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Where recordings are kept: `$XDG_STATE_HOME/fanout/sessions`, in the end `~/.local/state/fanout/sessions`.
///
/// See https://specifications.freedesktop.org/basedir-spec/latest/. A relative path in the variable is ignored, as it demands.
package enum StateDirectory {
    /// How the names of recordings end.
    package static let suffix = ".fanout.jsonl"
    /// How much of its session's id a recording's name has.
    static let namedID = 12

    package static func path(environment: (String) -> String? = environmentVariable) -> String {
        if let state = environment("XDG_STATE_HOME"), state.hasPrefix("/") {
            return state + "/fanout/sessions"
        }
        return (environment("HOME") ?? "") + "/.local/state/fanout/sessions"
    }

    /// A path for a new recording, in a directory that is made if need be, for its owner alone.
    package static func newRecording(_ session: String, startedText: String) throws(SessionError) -> String {
        let directory = path()
        if let (part, code) = make(directory) {
            throw SessionError(.unwritable, "\(part): \(String(cString: strerror(code))); set XDG_STATE_HOME, or use --no-record")
        }
        let stamp = startedText.prefix(19).map { $0 == ":" ? "-" : $0 }
        return directory + "/" + String(stamp) + "_" + session.prefix(namedID) + suffix
    }

    /// Makes a directory and those above it that are missing, for their owner alone.
    ///
    /// - Returns: The one that could not be made, and the system's number of why; nil where all are there.
    @discardableResult
    static func make(_ directory: String) -> (path: String, code: Int32)? {
        var made = ""
        for part in directory.split(separator: "/") {
            made += "/" + part
            if mkdir(made, 0o700) != 0, errno != EEXIST { return (made, errno) }
        }
        return nil
    }

    package static func environmentVariable(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }
}
