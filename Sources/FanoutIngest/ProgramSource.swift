internal import CSystem
internal import FanoutEvents
package import FanoutSession

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// A program that was started to be watched: the events that it and all that it starts write, what else it prints, and its end.
///
/// Events are appended to a file of its own, whose path it finds in `FANOUT_EVENTS`. A file, because every language can append to one,
/// several processes at once do not cut each other's lines however long they are, and nobody who writes is ever held up, or ended,
/// because this program is slow, stopped or gone. What was read of it is given back to the system, so that it does not grow.
package final class ProgramSource: EventSource {
    /// Where the program's own input and output lead.
    package enum Console: Sendable, Hashable {
        /// Its input is empty, and what it prints is news of this source.
        case captured
        /// It has the input of this process, and these descriptors to print on.
        case passed(output: Int32, error: Int32)
    }

    /// The variable that names the file.
    package static let variable = "FANOUT_EVENTS"
    /// Bytes of events, and of each output, that are taken at once at the most.
    private static let most = 1 << 20
    private static let mostPrinted = 1 << 16
    /// Microseconds between being asked to end and being ended.
    private static let grace: Int64 = 2_000_000

    private enum Tag: UInt64 {
        case events, end, output, error, more
    }

    /// A poller of the file, the outputs and the end.
    package private(set) var descriptor: Int32
    package let isPatient = true
    /// The command line.
    private let name: String
    /// The program's name.
    private let command: String
    private let program: SpawnedProgram
    private let events: EventFile
    private let isCaptured: Bool
    private let sharesGroup: Bool
    private var outputs: [Tag: Int32] = [:]
    private let nudge: Nudge
    private let ledger: Ledger
    private let clock: () -> Int64
    private var input: TitledInput
    private var reader: EventReader
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 64)
    /// Whether it has ended, and all its events were taken.
    private var isFinished = false
    private var saidEmptied = false
    private var interrupts = 0

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - session: The id of the session of its events before any header.
    ///   - clock: Microseconds of a monotonic clock, for how long it may take to end.
    package init(_ arguments: [String], console: Console, session: String, ledger: Ledger, clock: @escaping () -> Int64) throws {
        name = arguments.joined(separator: " ")
        command = arguments.first?.split(separator: "/").last.map(String.init) ?? name
        self.ledger = ledger
        self.clock = clock
        events = try EventFile()
        guard let nudge = Nudge() else { throw Self.noDescriptors(name) }
        self.nudge = nudge
        descriptor = csystem_poller_open()
        guard descriptor >= 0 else { throw Self.noDescriptors(name) }
        let pipes = try Pipes(console)
        defer { pipes.closeChild() }
        // Whoever shares a terminal with it shares its keys too: of another group it could not be read from.
        isCaptured = console == .captured
        sharesGroup = !isCaptured && isatty(0) == 1
        program = try SpawnedProgram(
            arguments, environment: [Self.variable: events.path],
            streams: SpawnedProgram.Streams(input: pipes.input, output: pipes.output, error: pipes.error, sharesGroup: sharesGroup))
        input = TitledInput(
            input: LedgerInput(ledger: ledger, source: ledger.addSource(), isPlaced: false), own: session, title: name)
        reader = EventReader(EventReader.Options(session: session))
        for (tag, own) in [(Tag.output, pipes.ownOutput), (.error, pipes.ownError)] where own >= 0 {
            outputs[tag] = own
        }
        let watched = [(Tag.events, events.changes), (.end, program.descriptor), (.more, nudge.descriptor)] + outputs.map { ($0, $1) }
        for (tag, watched) in watched {
            csystem_poller_add(descriptor, watched, tag.rawValue, 0)
        }
    }

    deinit {
        release()
        outputs.values.forEach(closeDescriptor)
        buffer.deallocate()
        if descriptor >= 0 {
            closeDescriptor(descriptor)
        }
    }

    private static func noDescriptors(_ name: String) -> ProgramLaunchError {
        ProgramLaunchError(
            status: 126, description: "\(name): the system has no descriptors left; close some programs, or raise `ulimit -n`")
    }

    /// Its exit status, or 128 and the number of the signal that ended it; nil while it runs.
    package var status: Int32? { program.status }

    package func read(now: Int64) -> [SourceNews] {
        guard descriptor >= 0 else { return [] }
        var news: [SourceNews] = []
        var tags = [UInt64](repeating: 0, count: 8)
        let ready = csystem_poller_ready(descriptor, &tags, Int32(tags.count))
        for tag in tags[..<Int(max(0, ready))].compactMap(Tag.init) where tag == .output || tag == .error {
            takeOutput(tag, &news)
        }
        if !isFinished {
            program.look()
            nudge.clear()
            if !takeEvents(now, &news) {
                nudge.set()
            } else if program.status != nil {
                finish(now, &news)
            }
        }
        // What it left behind may go on printing, and is not to be ended by that.
        if isFinished, outputs.isEmpty {
            closeDescriptor(descriptor)
            descriptor = -1
            news.append(.ended)
        }
        return news
    }

    /// Has it interrupted as by Ctrl-C; nil where that has been done, or it has ended.
    package func interrupt() -> String? {
        guard program.status == nil, interrupts == 0 else { return nil }
        interrupts += 1
        // Of a terminal that both share it has heard.
        if !sharesGroup {
            program.signal(SIGINT)
        }
        return "interrupting the command; Ctrl-C once more to end it"
    }

    /// Ends the program, kindly at first, with all that it started.
    package func release() {
        if program.status == nil {
            program.signal(SIGTERM)
            program.wait(most: Self.grace, outputs: Array(outputs.values), clock: clock)
            program.end()
        }
        events.remove()
    }

    // MARK: What comes

    /// Takes events that have been written; false where there are more.
    private func takeEvents(_ now: Int64, _ news: inout [SourceNews]) -> Bool {
        if events.look(), !saidEmptied {
            saidEmptied = true
            news.append(.notice("\(Self.variable) was written over while it was read; append to it (>> in a shell, \"a\" elsewhere)"))
        }
        var taken = 0
        while taken < Self.most {
            let count = events.read(buffer)
            guard count > 0 else { return true }
            taken += count
            reader.read(UnsafeRawBufferPointer(rebasing: buffer[..<count]), arrival: .live(now), into: &input)
        }
        return false
    }

    /// Takes what it has printed, at most as much as a pipe holds: between two frames it can print that much without being held up.
    private func takeOutput(_ tag: Tag, _ news: inout [SourceNews]) {
        var left = Self.most / Self.mostPrinted
        while left > 0, takePiece(tag, &news) {
            left -= 1
        }
    }

    private func takePiece(_ tag: Tag, _ news: inout [SourceNews]) -> Bool {
        guard let output = outputs[tag] else { return false }
        let count = readBytes(output, UnsafeMutableRawBufferPointer(rebasing: buffer[..<Self.mostPrinted]))
        if count > 0 {
            news.append(.printed(Array(buffer[..<count]), isError: tag == .error))
            return true
        }
        if count == 0 || errno != EAGAIN && errno != EINTR {
            csystem_poller_remove(descriptor, output, 0)
            closeDescriptor(output)
            outputs[tag] = nil
        }
        return false
    }

    /// It has ended, and all that it wrote until then was taken.
    private func finish(_ now: Int64, _ news: inout [SourceNews]) {
        isFinished = true
        takeOutput(.output, &news)
        takeOutput(.error, &news)
        csystem_poller_remove(descriptor, program.descriptor, 0)
        csystem_poller_remove(descriptor, events.changes, 0)
        reader.finish(arrival: .live(now), into: &input)
        ledger.close(source: input.input.source)
        events.remove()
        // Without a screen whoever started it sees by its silence that all is well.
        if isCaptured || status != 0 || !input.hasTold {
            news.append(.notice(ending))
        }
    }

    private var ending: String {
        let end = status.map { $0 > 128 ? "it was ended by signal \($0 - 128)" : $0 == 0 ? "it is done" : "exit \($0)" } ?? ""
        return input.hasTold
            ? "\(command): \(end)" : "\(command): \(end), and wrote no event to \(Self.variable); see `fanout watch --help`"
    }
}

/// The pipes that a program prints into, if it does not print where this process does.
private struct Pipes {
    private(set) var input: Int32 = 0
    private(set) var output: Int32
    private(set) var error: Int32
    private(set) var ownOutput: Int32 = -1
    private(set) var ownError: Int32 = -1
    private let isCaptured: Bool

    init(_ console: ProgramSource.Console) throws {
        switch console {
        case .passed(let output, let error):
            (self.output, self.error) = (output, error)
            isCaptured = false
        case .captured:
            var (first, second): ([Int32], [Int32]) = ([-1, -1], [-1, -1])
            let nothing = open("/dev/null", O_RDONLY | O_CLOEXEC)
            guard nothing >= 0, csystem_process_pipe(&first, 0) == 0, csystem_process_pipe(&second, 0) == 0 else {
                (first + second + [nothing]).filter { $0 >= 0 }.forEach(closeDescriptor)
                throw ProgramLaunchError(
                    status: 126, description: "the system has no descriptors left; close some programs, or raise `ulimit -n`")
            }
            input = nothing
            (ownOutput, output) = (first[0], first[1])
            (ownError, error) = (second[0], second[1])
            _ = (csystem_widen_pipe(ownOutput), csystem_widen_pipe(ownError))
            isCaptured = true
        }
    }

    func closeChild() {
        if isCaptured {
            [input, output, error].forEach(closeDescriptor)
        }
    }
}
