internal import FanoutEvents

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// The programs that tools have started and that have not ended.
package enum RunningPrograms {
    private static let all = Guarded<[ObjectIdentifier: RunningProgram]>([:])

    static func add(_ program: RunningProgram) {
        all.withLock { $0[ObjectIdentifier(program)] = program }
    }

    static func remove(_ program: RunningProgram) {
        all.withLock { $0[ObjectIdentifier(program)] = nil }
    }

    /// How many there are.
    package static var count: Int { all.withLock { $0.count } }

    /// Ends all of them, with all that they started, at once: for a process that is about to end itself and can wait for nothing.
    package static func kill() {
        let programs = all.withLock { Array($0.values) }
        for program in programs {
            program.signal(SIGKILL)
        }
    }
}
