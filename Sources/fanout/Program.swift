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
        // A closed pipe is an error of a write, told by it.
        signal(SIGPIPE, SIG_IGN)
        exit(run(Array(CommandLine.arguments.dropFirst())))
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

/// Standard output and standard error.
enum Console {
    /// Writes to standard output. Where nobody reads it any more, the program ends as others do.
    static func print(_ text: String) {
        var text = text
        text.withUTF8 { write($0) }
    }

    static func write(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard !put(bytes, to: 1), errno == EPIPE else { return }
        signal(SIGPIPE, SIG_DFL)
        raise(SIGPIPE)
    }

    /// Says on standard error what was wrong and what to do.
    static func complain(_ text: String) {
        tell("fanout: " + text + "\n")
    }

    /// Writes to standard error, which nobody need read.
    static func tell(_ text: String) {
        var text = text
        text.withUTF8 { _ = put($0, to: 2) }
    }

    private static func put(_ bytes: UnsafeBufferPointer<UInt8>, to descriptor: Int32) -> Bool {
        var written = 0
        while written < bytes.count {
            let count = Glibc.write(descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written)
            if count > 0 {
                written += count
            } else if errno == EAGAIN {
                // Somebody made the terminal or the pipe non-blocking.
                var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&ready, 1, -1)
            } else if errno != EINTR {
                return false
            }
        }
        return true
    }
}
