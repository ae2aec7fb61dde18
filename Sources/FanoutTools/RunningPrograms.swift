internal import FanoutEvents

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// The programs that tools have started and that have not ended.
///
/// Those that still run when this process exits are ended then: one that ignores TERM, and was abandoned at its deadline, must not outlive it.
package enum RunningPrograms {
    private struct State {
        var programs: [ObjectIdentifier: RunningProgram] = [:]
        var endsWithProcess = false
    }

    private static let state = Guarded(State())

    static func add(_ program: RunningProgram) {
        let isFirst = state.withLock { state in
            state.programs[ObjectIdentifier(program)] = program
            defer { state.endsWithProcess = true }
            return !state.endsWithProcess
        }
        if isFirst {
            atexit { RunningPrograms.kill() }
        }
    }

    static func remove(_ program: RunningProgram) {
        state.withLock { $0.programs[ObjectIdentifier(program)] = nil }
    }

    /// How many there are.
    package static var count: Int { state.withLock { $0.programs.count } }

    /// Ends all of them, with all that they started, at once: for a process that is about to end itself and can wait for nothing. An exit
    /// does it unasked; what ends a process by a signal or by `_exit` must ask.
    package static func kill() {
        let programs = state.withLock { Array($0.programs.values) }
        for program in programs {
            program.signal(SIGKILL)
        }
    }
}
