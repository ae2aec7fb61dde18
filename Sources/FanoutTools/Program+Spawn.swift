internal import CSystem
internal import FanoutEvents

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

extension Program {
    /// What it is called in messages.
    var name: String { arguments.first ?? "the program" }

    /// Starts it with these descriptors as its standard ones.
    func spawn(input: Int32, output: Int32, error: Int32) throws(LaunchError) -> pid_t {
        guard let program = arguments.first, !program.isEmpty else {
            throw LaunchError(message: "the command is empty; give the program and its arguments")
        }
        if let directory, !Self.isDirectory(directory) {
            throw LaunchError(message: "\(program) was not started: there is no directory \(directory); create it, or correct cwd")
        }
        var child: pid_t = 0
        let code = withCStrings(arguments) { argv in
            withCStrings(environmentList) { environment in
                withOptionalCString(directory) { directory in
                    var what = csystem_spawn(
                        argv: argv, environment: environment, directory: directory, input: input, output: output, error: error,
                        shares_group: 0)
                    return csystem_spawn(&what, &child)
                }
            }
        }
        guard code == 0 else {
            throw LaunchError(message: Self.reason(code, program))
        }
        return child
    }

    private var environmentList: [String] {
        let kept = Self.inheritedEnvironment.filter { entry in
            let name = String(entry.prefix { $0 != "=" })
            return environment[name] == nil && !Self.withheld.contains(name)
        }
        return kept + environment.sorted { $0.key < $1.key }.compactMap { name, value in value.map { "\(name)=\($0)" } }
    }

    private static var inheritedEnvironment: [String] {
        var list: [String] = []
        guard var next = csystem_environment() else { return [] }
        while let entry = next.pointee {
            list.append(String(cString: entry))
            next += 1
        }
        return list
    }

    private static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    private static func reason(_ code: Int32, _ program: String) -> String {
        switch code {
        case ENOENT where !program.contains("/"):
            "there is no program \(program) along PATH; install it, or give its path"
        case ENOENT:
            "there is no program \(program); check its path, and that what its #! line names is there"
        case EACCES:
            "\(program) may not be executed; is it a program, and is its x bit set (chmod +x)?"
        case ENOEXEC:
            "\(program) is neither a program nor a script with a #! line"
        case E2BIG:
            "\(program) was not started: its arguments and environment are too long"
        default:
            "\(program) was not started: \(String(cString: strerror(code)))"
        }
    }
}

/// The pipes of a program that is being started.
struct ProgramPipes {
    private(set) var input: [Int32]
    private(set) var output: [Int32]
    private(set) var error: [Int32]
    private var keepsOwn = false

    init() throws(Program.LaunchError) {
        input = []
        output = []
        error = []
        do {
            input = try Self.pipe(own: 1)
            output = try Self.pipe(own: 0)
            error = try Self.pipe(own: 0)
        } catch {
            close()
            throw error
        }
    }

    /// This process's ends, which from now on are the caller's to close.
    mutating func keepOwn() -> (input: Int32, output: Int32, error: Int32) {
        keepsOwn = true
        return (input[1], output[0], error[0])
    }

    func close() {
        for (ends, own) in [(input, 1), (output, 0), (error, 0)] {
            for (place, end) in ends.enumerated() where !(keepsOwn && place == own) {
                systemClose(end)
            }
        }
    }

    private static func pipe(own: Int32) throws(Program.LaunchError) -> [Int32] {
        var ends: [Int32] = [-1, -1]
        let code = csystem_process_pipe(&ends, own)
        guard code == 0 else {
            throw Program.LaunchError(
                message: "no pipe could be opened: \(String(cString: strerror(code))); fewer calls at once need fewer (limit)")
        }
        return ends
    }
}

private func withOptionalCString<Result>(_ string: String?, _ body: (UnsafePointer<CChar>?) -> Result) -> Result {
    guard let string else { return body(nil) }
    return string.withCString(body)
}
