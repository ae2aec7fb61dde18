internal import CSystem
internal import FanoutEvents

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// A program that was started to be watched, and that is ended with all that it started.
///
/// A class, because a process must be waited for. Signals go to its group only until its end was seen: after that its number may be
/// somebody else's.
final class SpawnedProgram {
    /// Where its standard streams lead.
    struct Streams {
        var input: Int32
        var output: Int32
        var error: Int32
        /// Whether it stays in this process's group: then the terminal's keys reach both, and it may read from the terminal.
        var sharesGroup: Bool
    }

    /// Becomes readable at its end.
    let descriptor: Int32
    /// As a shell has it: an exit status, or 128 and the number of the signal that ended it. Nil while it runs.
    private(set) var status: Int32?
    private let process: pid_t
    private let sharesGroup: Bool

    init(_ arguments: [String], environment: [String: String], streams: Streams) throws(ProgramLaunchError) {
        guard let name = arguments.first, !name.isEmpty else {
            throw ProgramLaunchError(status: 127, description: "the command's name is empty; name a program after --")
        }
        var child: pid_t = 0
        let code = withCStrings(arguments) { argv in
            withCStrings(Self.variables(environment)) { variables in
                var what = csystem_spawn(
                    argv: argv, environment: variables, directory: nil, input: streams.input, output: streams.output, error: streams.error,
                    shares_group: streams.sharesGroup ? 1 : 0)
                return csystem_spawn(&what, &child)
            }
        }
        guard code == 0 else { throw ProgramLaunchError(program: name, reason: code) }
        process = child
        sharesGroup = streams.sharesGroup
        descriptor = csystem_pidfd(child)
        guard descriptor >= 0 else {
            let reason = String(cString: strerror(errno))
            kill(child, SIGKILL)
            waitpid(child, nil, 0)
            throw ProgramLaunchError(status: 1, description: "\(name): it was started, and could not be watched: \(reason)")
        }
    }

    deinit { closeDescriptor(descriptor) }

    /// Sends a signal to it and to all that it started, while it runs.
    func signal(_ number: Int32) {
        guard status == nil else { return }
        kill(sharesGroup ? process : -process, number)
    }

    /// Learns how it ended, if it has.
    func look() {
        var ended: Int32 = 0
        guard status == nil, waitpid(process, &ended, WNOHANG) == process else { return }
        status = ended & 0x7F == 0 ? ended >> 8 & 0xFF : 128 + ended & 0x7F
    }

    /// Waits for its end, for at most so many microseconds. What it writes meanwhile is for nobody any more.
    ///
    /// - Parameter outputs: Where it writes, if not where this process does: while they are open, something that it started may still be at work.
    func wait(most: Int64, outputs: [Int32], clock: () -> Int64) {
        let deadline = clock() + most
        var watched = ([descriptor] + outputs).map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while watched.contains(where: { $0.fd >= 0 }), case let left = deadline - clock(), left > 0 {
            guard csystem_poll(&watched, UInt32(watched.count), left) > 0 else { continue }
            for (place, ready) in watched.enumerated() where ready.fd >= 0 && ready.revents != 0 {
                if place == 0 || read(ready.fd, &buffer, buffer.count) == 0 {
                    watched[place].fd = -1
                }
            }
        }
    }

    /// Ends it at once, with all that it started, and learns how it ended.
    func end() {
        signal(SIGKILL)
        while status == nil {
            var ended: Int32 = 0
            let found = waitpid(process, &ended, 0)
            if found == process {
                status = ended & 0x7F == 0 ? ended >> 8 & 0xFF : 128 + ended & 0x7F
            } else if errno != EINTR {
                status = 1
            }
        }
    }

    private static func variables(_ added: [String: String]) -> [String] {
        var list: [String] = []
        guard var next = csystem_environment() else { return [] }
        while let entry = next.pointee {
            let text = String(cString: entry)
            if added[String(text.prefix { $0 != "=" })] == nil {
                list.append(text)
            }
            next += 1
        }
        return list + added.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    }
}

/// Why a program could not be started: a sentence, and the exit status that a shell gives for it.
package struct ProgramLaunchError: Error, Sendable, Hashable, CustomStringConvertible {
    /// 127 where there is no such program, 126 where it cannot be run.
    package var status: Int32
    package var description: String

    init(status: Int32, description: String) {
        self.status = status
        self.description = description
    }

    init(program: String, reason: Int32) {
        switch reason {
        case ENOENT where !program.contains("/"):
            self.init(status: 127, description: "\(program): there is no such program along PATH; install it, or give its path")
        case ENOENT, ENOTDIR:
            self.init(
                status: 127, description: "\(program): there is no such program; check its path, and that what its #! line names is there")
        case EACCES, EPERM:
            self.init(status: 126, description: "\(program): it may not be executed; is it a program, and is its x bit set (chmod +x)?")
        case ENOEXEC:
            self.init(status: 126, description: "\(program): it is neither a program nor a script with a #! line")
        case E2BIG:
            self.init(status: 126, description: "\(program): its arguments and the environment are too long; give it fewer")
        default:
            self.init(status: 126, description: "\(program): it was not started: \(String(cString: strerror(reason)))")
        }
    }
}
