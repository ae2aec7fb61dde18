import CSystem
import Testing

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// What a program without a terminal wrote, and how it ended.
struct EndedProgram {
    /// An exit status, or a signal's number, negative.
    private(set) var status = 0
    private(set) var output = ""
    private(set) var error = ""

    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    /// Runs it to its end in a session of its own, so that it has no terminal to turn to.
    init(_ arguments: [String], in folder: String, input: String, environment: [String: String], seconds: Int = 60) throws {
        let pipes = try [Pipe(childReads: true), Pipe(childReads: false), Pipe(childReads: false)]
        let process = try Self.spawn(arguments, folder: folder, environment: environment, pipes: pipes)
        pipes.forEach { $0.closeChild() }
        do {
            (output, error) = try Self.talk(pipes, input: Array(input.utf8), seconds: seconds)
        } catch {
            kill(-process, SIGKILL)
            waitpid(process, nil, 0)
            throw Failure(description: "\(arguments.joined(separator: " ")) did not end within \(seconds) s")
        }
        var ended: Int32 = 0
        while waitpid(process, &ended, 0) < 0, errno == EINTR {}
        status = ended & 0x7F == 0 ? Int(ended >> 8 & 0xFF) : -Int(ended & 0x7F)
    }

    private static func spawn(_ arguments: [String], folder: String, environment: [String: String], pipes: [Pipe]) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (number, pipe) in pipes.enumerated() {
            posix_spawn_file_actions_adddup2(&actions, pipe.child, Int32(number))
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        var ordinary = sigset_t()
        sigemptyset(&ordinary)
        sigaddset(&ordinary, SIGPIPE)
        posix_spawnattr_setsigdefault(&attributes, &ordinary)
        let newSession: Int16 = 0x80
        posix_spawnattr_setflags(&attributes, newSession | Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        // The shell goes there, since not every system can spawn into a folder.
        let command = ["/bin/sh", "-c", "cd \"$0\" && exec \"$@\"", folder] + arguments
        var argv = command.map { strdup($0) } + [nil]
        var envp = environment.map { strdup("\($0)=\($1)") } + [nil]
        defer { (argv + envp).forEach { free($0) } }
        var process: pid_t = 0
        let code = posix_spawn(&process, command[0], &actions, &attributes, &argv, &envp)
        guard code == 0 else { throw Failure(description: "\(arguments[0]): \(String(cString: strerror(code)))") }
        return process
    }

    /// Writes its input while it takes it, and reads both of its outputs to their ends.
    private static func talk(_ pipes: [Pipe], input: [UInt8], seconds: Int) throws -> (String, String) {
        var texts: [[UInt8]] = [[], [], []]
        var rest = input[...]
        if rest.isEmpty { pipes[0].closeOwn() }
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        let last = now.tv_sec + seconds
        while pipes.contains(where: { $0.own >= 0 }) {
            clock_gettime(CLOCK_MONOTONIC, &now)
            guard now.tv_sec < last else { throw Failure(description: "late") }
            var ready = pipes.map { pollfd(fd: $0.own, events: Int16($0.childReads ? POLLOUT : POLLIN), revents: 0) }
            _ = csystem_poll(&ready, UInt32(ready.count), 1_000_000)
            for (number, state) in ready.enumerated() where state.fd >= 0 && state.revents != 0 {
                if number == 0 {
                    let count = rest.withUnsafeBytes { write(state.fd, $0.baseAddress, $0.count) }
                    rest = rest.dropFirst(max(0, count))
                    // It need not want all of it.
                    if rest.isEmpty || count < 0 && errno != EAGAIN { pipes[0].closeOwn() }
                } else {
                    var bytes = [UInt8](repeating: 0, count: 65_536)
                    let count = read(state.fd, &bytes, bytes.count)
                    texts[number] += bytes[..<max(0, count)]
                    if count == 0 { pipes[number].closeOwn() }
                }
            }
        }
        return (String(decoding: texts[1], as: UTF8.self), String(decoding: texts[2], as: UTF8.self))
    }
}

/// A pipe to or from a program. Nobody but the program that it was made for inherits its ends.
///
/// A class, because its ends are closed one after the other.
final class Pipe {
    let childReads: Bool
    /// The end that the program gets, and ours; negative once it is closed.
    private(set) var child: Int32
    private(set) var own: Int32

    struct Failure: Error {}

    init(childReads: Bool) throws {
        // A write to a program that has ended is an error, not the end of the tests.
        signal(SIGPIPE, SIG_IGN)
        var ends: [Int32] = [-1, -1]
        guard csystem_pipe(&ends) == 0 else { throw Failure() }
        self.childReads = childReads
        (child, own) = childReads ? (ends[0], ends[1]) : (ends[1], ends[0])
        // Programs expect to wait for their input, and for room for their output.
        _ = fcntl(child, F_SETFL, fcntl(child, F_GETFL) & ~O_NONBLOCK)
    }

    deinit {
        closeChild()
        closeOwn()
    }

    func closeChild() {
        if child >= 0 { close(child) }
        child = -1
    }

    func closeOwn() {
        if own >= 0 { close(own) }
        own = -1
    }

    /// Writes a text that fits the pipe.
    func send(_ text: String) {
        var bytes = Array(text.utf8)
        _ = write(own, &bytes, bytes.count)
    }
}
