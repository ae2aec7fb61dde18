internal import FanoutEvents
internal import FanoutIngest
internal import FanoutSession
internal import FanoutTimeline
internal import FanoutView

extension ProgramCommand {
    /// Follows events that other programs write.
    static let watch = ProgramCommand(
        name: "watch", operands: "SOURCE… [-- COMMAND…]", summary: "follows events that other programs write",
        options: display + recording + Notices.options + [Option("strict", "ends at the first line that cannot be read")] + claudeOptions,
        notes: watchNotes
    ) { options in
        if options.has("print-hooks") {
            return printHooks(options)
        }
        let options = Settings(options).filled(options)
        var operands = try options.operands.dropLast(options.command?.count ?? 0).map { try WatchedOperand($0) }
        let display = try Display.choose(options)
        if let command = options.command {
            operands.append(try WatchedOperand(command: command, display))
        }
        guard !operands.isEmpty else {
            throw UsageError("watch: name a file of events, - for standard input, a socket such as unix:fanout.sock, or a command after --")
        }
        let looks = try Looks(options)
        let session = SessionName.random()
        let isRecorded = operands.contains { $0.isStream }
        let recorder = try Composition.recorder(options, session: session, isWorthKeeping: isRecorded)
        let printer = Printer(display, glyphs: looks.glyphs)
        let strict = options.has("strict") ? StrictObserver(printer) : nil
        let notices = try Notices(options, before: strict ?? printer)
        let ledger = Ledger(recorder: recorder, observer: notices ?? strict ?? printer)
        ledger.keep = try kept(options)
        let context = WatchedOperand.Context(
            ledger: ledger, session: session, withPayloads: printer != nil, claude: try claudeScope(options))
        let sources: [any EventSource]
        do {
            sources = try WatchedOperand.sources(operands, context)
        } catch let failure as ProgramLaunchError {
            Console.complain(failure.description)
            return failure.status
        }
        let sockets = sources.compactMap { $0 as? SocketSource }
        if display != .dashboard {
            for operand in operands where !operand.isThere {
                Console.complain("\(operand.name): it is not there yet; waiting for it")
            }
            for socket in sockets {
                Console.complain("listening on \(socket.name)")
            }
        }
        let name = operands.count == 1 ? sockets.first?.name ?? operands[0].name : "\(operands.count) sources"
        var dashboard = Dashboard(source: CleanText(name), playhead: .live(), isReplay: false, glyphs: looks.glyphs)
        dashboard.waitsForLines = options.operands != ["claude"]
        let program = sources.lazy.compactMap { $0 as? ProgramSource }.first
        if program != nil {
            dashboard.output = OutputPane()
        }
        // One file that is followed is a recording itself.
        let isOneFile = options.operands.count == 1 && !isRecorded && options.operands != ["claude"]
        let markers = MarkerFile(recording: recorder.path ?? (isOneFile ? options.operands[0] : nil))
        let show = try Show(
            ledger, display: display, looks: looks, dashboard: dashboard, sources: sources, notices: notices, markers: markers,
            shouldStop: { strict?.refused != nil })
        let end = show.perform()
        printer?.finish()
        let status = Composition.finish(end, show, ledger: ledger, isRecorded: isRecorded)
        if let refused = strict?.refused {
            Console.complain("\(name): \(refused)")
            return 1
        }
        if let program {
            return status == 0 ? program.status ?? 0 : status
        }
        if end == .finished, ledger.timelines.isEmpty, let first = ledger.timelines.problems.first {
            throw SessionError(.otherFormat, "\(name): no line of it is a Fanout event (\(first.problem))")
        }
        return status
    }

    private static let watchNotes = """
        A SOURCE is one of
          FILE             followed as it grows; it need not be there yet
          -, /dev/fd/N     read to its end
          unix:PATH        a socket of mode 0600, for you alone; any number of programs connect and write
          tcp:PORT         the same on 127.0.0.1; tcp:[::1]:PORT; port 0 takes a free one and says which
          claude           the session of Claude Code in this directory, and those that begin while it is watched

        Programs write one JSON object a line. One that names no session has one of its own; those that name the same one share it.

        -- COMMAND starts a program, which appends its events to the file that $FANOUT_EVENTS names, as may all that it starts. What it prints
        is under `o` in the dashboard; with --ui plain and json it goes to standard error, with quiet where it always goes. Its input is
        yours, and empty under the dashboard. Ctrl-C reaches it; quitting ends it. The exit status is its own, 128 and the signal's number
        where one ended it, 127 where there is no such program, 126 where it cannot be run.
        """
}
