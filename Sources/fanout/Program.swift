internal import FanoutEvents
internal import FanoutTools

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// The program: finds the command, runs it, and answers for what it throws.
@main
enum Program {
    static let version = "0.1.0"

    static func main() {
        shareMemory()
        if HookCommand.isCalled(CommandLine.arguments) {
            signal(SIGPIPE, SIG_IGN)
            signal(SIGXFSZ, SIG_IGN)
            HookCommand.run()
            _exit(0)
        }
        // A closed pipe and a file that may not grow are errors of a write, told by it.
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
        Console.prepare()
        let status = Console.status(run(Array(CommandLine.arguments.dropFirst())))
        // Threads may still be at work that was left behind; `exit` would destroy what the C++ library that they use is made of.
        RunningPrograms.kill()
        _exit(status)
    }

    /// Returns the exit status: 0 done, 1 failed, 2 wrong usage, 130 interrupted.
    static func run(_ arguments: [String]) -> Int32 {
        guard let name = arguments.first else {
            Console.print(help)
            return 0
        }
        switch name {
        case "-h", "--help", "help":
            if arguments.count > 1, let command = ProgramCommand.all.first(where: { $0.name == arguments[1] }) {
                Console.print(command.help)
            } else {
                Console.print(help)
            }
            return 0
        case "--version", "version":
            Console.print("fanout \(version)\n")
            return 0
        default:
            break
        }
        guard let command = ProgramCommand.all.first(where: { $0.name == name }) else {
            let near = ProgramCommand.all.map(\.name).first { Spelling.isNear($0, name) }
            Console.complain(
                "\(name): there is no such command\(near.map { "; did you mean `fanout \($0)`?" } ?? "; `fanout --help` lists them")")
            return 2
        }
        do {
            let options = try Options(Array(arguments.dropFirst()), command.options + ProgramCommand.common)
            if options.has("help") {
                Console.print(command.help)
                return 0
            }
            if options.has("version") {
                Console.print("fanout \(version)\n")
                return 0
            }
            return try command.run(options)
        } catch let error as UsageError {
            Console.complain(error.description)
            return 2
        } catch {
            Console.complain(String(describing: error))
            return 1
        }
    }

    private static var help: String {
        var text = """
            fanout runs the tool calls of an agent's turn side by side, and shows them as live lanes.

            usage: fanout COMMAND [OPTION…]


            """
        let width = ProgramCommand.all.map { $0.name.count + $0.operands.count + 1 }.max() ?? 0
        for command in ProgramCommand.all {
            let left = command.name + (command.operands.isEmpty ? "" : " " + command.operands)
            text += "  " + left + String(repeating: " ", count: max(0, width - left.count) + 3) + command.summary + "\n"
        }
        return text + "\n`fanout COMMAND --help` tells of its options.\n"
    }
}
