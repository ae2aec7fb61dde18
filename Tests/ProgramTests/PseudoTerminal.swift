import CSystem

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// A program running in a pseudo-terminal of its own, seen as a user would see it.
///
/// A class, because a process and two descriptors must be given back. Nothing in it sleeps: it waits for output, or for the end.
final class PseudoTerminal {
    /// What the terminal shows.
    private(set) var screen: ScreenModel
    /// Everything the program wrote.
    private(set) var output: [UInt8] = []

    /// Negative once it is closed; nothing is read from it then.
    private var controller: Int32
    /// Kept open, so that the terminal's modes can be looked at when the program has ended.
    private let terminal: Int32
    private let process: pid_t
    private var status: Int32?

    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    init(
        _ arguments: [String], width: Int = 60, height: Int = 12, environment: [String: String] = [:], input: Int32? = nil
    ) throws {
        var name = [CChar](repeating: 0, count: 128)
        controller = csystem_open_pseudo_terminal(&name, name.count)
        guard controller >= 0 else { throw Failure(description: "no pseudo-terminal") }
        let path = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        terminal = open(path, O_RDWR | O_NOCTTY)
        _ = fcntl(terminal, F_SETFD, FD_CLOEXEC)
        screen = ScreenModel(width: width, height: height)
        var size = winsize(ws_row: UInt16(height), ws_col: UInt16(width), ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(controller, UInt(TIOCSWINSZ), &size)
        process = try Self.spawn(arguments, terminal: path, environment: environment, input: input)
    }

    deinit {
        if status == nil {
            kill(process, SIGKILL)
            waitpid(process, nil, 0)
        }
        hangUp()
        close(terminal)
    }

    /// The path of a program that was built beside these tests.
    static func program(_ name: String) throws -> String {
        var path = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &path, path.count - 1)
        let own = count > 0 ? String(decoding: path[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self) : CommandLine.arguments[0]
        var folder = own[...]
        // The tests may be a bundle, some folders deep beside the program.
        while let slash = folder.lastIndex(of: "/") {
            folder = folder[..<slash]
            if access("\(folder)/\(name)", X_OK) == 0 {
                return "\(folder)/\(name)"
            }
        }
        throw Failure(description: "there is no \(name) beside \(own)")
    }

    private static func spawn(_ arguments: [String], terminal: String, environment: [String: String], input: Int32?) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        // The first terminal that the leader of a session opens is the session's.
        posix_spawn_file_actions_addopen(&actions, 1, terminal, O_RDWR, 0)
        posix_spawn_file_actions_adddup2(&actions, input ?? 1, 0)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        let newSession: Int16 = 0x80
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, newSession | Int16(POSIX_SPAWN_SETSIGMASK))

        var variables = ["TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"]
        // A sanitizer's options hold for what it watches here too: ncurses leaks where it does not know the terminal.
        variables["ASAN_OPTIONS"] = getenv("ASAN_OPTIONS").map { String(cString: $0) }
        variables.merge(environment) { $1 }
        var argv = arguments.map { strdup($0) } + [nil]
        var envp = variables.map { strdup("\($0)=\($1)") } + [nil]
        defer { (argv + envp).forEach { free($0) } }
        var process: pid_t = 0
        let error = posix_spawn(&process, arguments[0], &actions, &attributes, &argv, &envp)
        guard error == 0 else { throw Failure(description: "\(arguments[0]): \(String(cString: strerror(error)))") }
        return process
    }

    // MARK: What a user does

    func type(_ keys: String) {
        var bytes = Array(keys.utf8)
        _ = write(controller, &bytes, bytes.count)
    }

    func signal(_ number: Int32) {
        kill(process, number)
    }

    func resize(width: Int, height: Int) {
        screen.resize(width: width, height: height)
        var size = winsize(ws_row: UInt16(height), ws_col: UInt16(width), ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(controller, UInt(TIOCSWINSZ), &size)
    }

    /// Closes the window.
    func hangUp() {
        if controller >= 0 { close(controller) }
        controller = -1
    }

    // MARK: What a user sees

    /// Reads what the program writes until the screen is as wanted.
    func wait(for what: String, seconds: Int = 20, _ isSeen: (ScreenModel) -> Bool) throws {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        let last = now.tv_sec + seconds
        while !isSeen(screen) {
            // A live run draws for as long as it lasts.
            clock_gettime(CLOCK_MONOTONIC, &now)
            guard now.tv_sec <= last, read(seconds: seconds) else {
                throw Failure(description: "\(what) was not seen; the screen:\n\(screen.lines.joined(separator: "\n"))")
            }
        }
    }

    func wait(forText text: String) throws {
        try wait(for: "\"\(text)\"") { $0.lines.contains { $0.contains(text) } }
    }

    /// How the program ended, after everything it wrote has been read: an exit status, or a signal's number, negative.
    func end(seconds: Int = 20) throws -> Int {
        for _ in 0..<(seconds * 100) {
            let ready = read(milliseconds: 10)
            var status: Int32 = 0
            guard !ready, waitpid(process, &status, WNOHANG) == process else { continue }
            self.status = status
            while read(milliseconds: 0) {}
            let signal = status & 0x7F
            return signal == 0 ? Int(status >> 8 & 0xFF) : -Int(signal)
        }
        throw Failure(description: "it did not end; the screen:\n\(screen.lines.joined(separator: "\n"))")
    }

    /// Whether lines are edited and echoed, as before a program that takes single keys.
    var takesLines: Bool {
        var modes = termios()
        tcgetattr(terminal, &modes)
        let wanted = tcflag_t(ICANON | ECHO | ISIG)
        return modes.c_lflag & wanted == wanted && modes.c_iflag & tcflag_t(ICRNL) != 0 && modes.c_oflag & tcflag_t(OPOST | ONLCR) != 0
    }

    /// What its open descriptors stand for, such as `/dev/pts/3` and `anon_inode:[timerfd]`.
    var descriptors: [String] {
        (0..<64).compactMap { number in
            var target = [CChar](repeating: 0, count: 256)
            let count = readlink("/proc/\(process)/fd/\(number)", &target, target.count)
            return count > 0 ? String(decoding: target[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self) : nil
        }
    }

    private func read(seconds: Int) -> Bool {
        read(milliseconds: seconds * 1_000)
    }

    private func read(milliseconds: Int) -> Bool {
        var descriptor = pollfd(fd: controller, events: Int16(POLLIN), revents: 0)
        guard csystem_poll(&descriptor, 1, Int64(milliseconds) * 1_000) > 0 else { return false }
        var bytes = [UInt8](repeating: 0, count: 65_536)
        #if canImport(Darwin)
            let count = Darwin.read(controller, &bytes, bytes.count)
        #else
            let count = Glibc.read(controller, &bytes, bytes.count)
        #endif
        guard count > 0 else { return false }
        output += bytes[..<count]
        screen.write(bytes[..<count])
        return true
    }
}
