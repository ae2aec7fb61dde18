internal import FanoutEngine
internal import FanoutEvents
internal import FanoutHTTP
internal import FanoutJSON

/// One server, started when it is needed: at first, and anew after it has ended.
///
/// Any number of calls ask for its connection, and one of them makes it, so it is a class with its state behind the lock.
final class MCPServer: Sendable {
    enum Phase {
        /// Nobody has it running.
        case down
        /// One caller starts it; the others wait to look again.
        case starting([CheckedContinuation<Void, Never>])
        case up(Link)
        case stopped
    }

    struct State {
        var phase = Phase.down
        var restart = MCPRestart()
        /// What went wrong last.
        var trouble = ""
        /// What it was found to speak.
        var era: MCPEra?

        /// A connection has ended.
        mutating func takeDown(_ link: Link, _ now: Int64) {
            phase = .down
            if case .lost(let message)? = link.connection.end {
                trouble = message
            }
            restart.ended(hasWorked: link.connection.answers > 0, now: now)
        }
    }

    /// A connection and what carries it.
    struct Link: Sendable {
        var connection: MCPConnection
        var transport: any MCPTransport
    }

    let settings: MCPServerSettings
    let time: any Timekeeper
    let client: HTTPClient
    let notice: @Sendable (MCPNotice) -> Void
    let state = Guarded(State())

    /// What Fanout calls itself to servers.
    let version: String

    init(
        _ settings: MCPServerSettings, version: String, time: any Timekeeper, client: HTTPClient,
        notice: @escaping @Sendable (MCPNotice) -> Void
    ) {
        self.settings = settings
        self.version = version
        self.time = time
        self.client = client
        self.notice = notice
    }

    var name: String { settings.name }

    /// Sends a request, to a server that is started for it where it has to be.
    ///
    /// One that has forgotten its session did nothing, so it is asked again in a new one.
    func ask(_ request: MCPRequest, listener: MCPConnection.Listener? = nil) async throws(MCPError) -> RawJSON {
        let first = try await link()
        do {
            return try await first.connection.ask(request, listener: listener)
        } catch .sessionGone {
            lost(first)
            return try await link().connection.ask(request, listener: listener)
        }
    }

    /// The connection that stands, or a new one.
    private func link() async throws(MCPError) -> Link {
        while true {
            switch look() {
            case .link(let link): return link
            case .start: return try await start()
            case .pause(let instant): try await sleep(until: instant)
            case .wait: await waitForStart()
            case .fail(let message): throw .lost(message)
            }
        }
    }

    private enum Look {
        case link(Link)
        case start
        case pause(Int64)
        case wait
        case fail(String)
    }

    /// What a caller has to do; where it is to start the server, the others wait from now on.
    private func look() -> Look {
        let now = time.now()
        return state.withLock { state in
            switch state.phase {
            case .stopped: return .fail("\(name) (an MCP server) has been stopped")
            case .starting: return .wait
            case .up(let link):
                guard link.connection.end != nil else { return .link(link) }
                state.takeDown(link, now)
            case .down: break
            }
            switch state.restart.decide(now: now) {
            case .start:
                state.phase = .starting([])
                return .start
            case .wait(let instant): return .pause(instant)
            case .giveUp(let count):
                return .fail(
                    "\(name) (an MCP server) failed \(count) times in a row and is not started again; the last time:\n\(state.trouble)")
            }
        }
    }

    /// A server that only forgot its session has not failed, and what it still does in the old one may come to its end.
    private func lost(_ link: Link) {
        state.withLock { state in
            if case .up(let current) = state.phase, current.connection === link.connection {
                state.phase = .down
            }
        }
    }

    private func waitForStart() async {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                guard case .starting(let waiters) = state.phase else { return true }
                state.phase = .starting(waiters + [continuation])
                return false
            }
            if isOver {
                continuation.resume()
            }
        }
    }

    private func sleep(until instant: Int64) async throws(MCPError) {
        do {
            try await time.sleep(until: instant)
        } catch {
            throw .cancelled
        }
    }
}
