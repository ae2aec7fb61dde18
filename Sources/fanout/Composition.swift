internal import FanoutEvents
internal import FanoutScreen
internal import FanoutSession
internal import FanoutTimeline
internal import FanoutTools
internal import FanoutView

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Puts together what the commands that show something have in common.
enum Composition {
    /// The recorder that the options ask for.
    ///
    /// - Parameter isWorthKeeping: Whether events would be lost otherwise.
    static func recorder(_ options: Options, session: String, isWorthKeeping: Bool) throws -> Recorder {
        if let path = options.value("record") {
            return try Recorder.create(path)
        }
        if options.has("no-record") || !isWorthKeeping {
            return try Recorder.temporary()
        }
        return try Recorder.create(StateDirectory.newRecording(session, startedText: Instant.rfc3339(Clock.now())))
    }

    /// Ends a command as its show ended.
    static func finish(_ end: Show.End, _ show: Show, ledger: Ledger, isRecorded: Bool) -> Int32 {
        for line in show.still(width: terminalWidth()) {
            Console.print(line + "\n")
        }
        if let failure = ledger.failure {
            // Where there was no screen it was said when it happened.
            if show.isDrawn {
                Console.complain(failure)
            }
        } else if isRecorded, let path = ledger.recording, !ledger.timelines.isEmpty, isatty(2) == 1 {
            Console.complain("recorded: fanout replay \(path)")
        }
        switch end {
        case .finished, .quit, .unread: return 0
        case .signal(.interrupt): return 130
        case .signal(let signal):
            // A signal's end asks nobody; what tools still run must not outlive the program.
            RunningPrograms.kill()
            signal.performDefault()
            return 1
        }
    }

    static func terminalWidth() -> Int {
        var size = winsize()
        guard ioctl(1, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 100 }
        return Int(size.ws_col)
    }

    /// The name of a file without its folders.
    static func baseName(_ path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? path
    }
}
