internal import CCurl
internal import FanoutEvents

/// The thread on which libcurl lives, and the orders it is given.
///
/// Every easy handle is made, used and freed on that thread. The multi handle too, but for `curl_multi_wakeup`, which any thread may call
/// (https://curl.se/libcurl/c/curl_multi_wakeup.html); it is called under the lock that the thread takes before it frees the handle.
final class CurlWorker: Sendable {
    private struct State {
        var orders: [Order] = []
        var phase = Phase.idle
        /// Where the multi handle lies while the thread runs.
        var multi: UInt?
    }

    private enum Phase {
        /// No thread runs.
        case idle
        case running
        /// The thread ends with its last transfer.
        case stopping
    }

    enum Order: Sendable {
        case start(Transfer)
        case resume(Transfer)
        case cancel(Transfer)
    }

    let userAgent: String
    private let state = Guarded(State())

    init(userAgent: String) {
        self.userAgent = userAgent
    }

    func start(_ transfer: Transfer) {
        let mustStart = state.withLock { state in
            state.orders.append(.start(transfer))
            defer { state.phase = .running }
            return state.phase == .idle
        }
        if !mustStart {
            wakeUp()
        } else if !startThread("http", { self.run() }) {
            giveUp("no thread could be started for HTTP; too many are running")
        }
    }

    func resume(_ transfer: Transfer) {
        order(.resume(transfer))
    }

    /// Ends a transfer, started or not; one that has ended is left alone.
    func cancel(_ transfer: Transfer) {
        transfer.end(.cancelled)
        order(.cancel(transfer))
    }

    private func order(_ order: Order) {
        state.withLock { state in
            if state.phase != .idle {
                state.orders.append(order)
            }
        }
        wakeUp()
    }

    func stopWhenIdle() {
        state.withLock { state in
            if state.phase == .running {
                state.phase = .stopping
            }
        }
        wakeUp()
    }

    private func wakeUp() {
        state.withLock { state in
            if let multi = state.multi, let handle = UnsafeMutableRawPointer(bitPattern: multi) {
                _ = ccurl_multi_wakeup(handle)
            }
        }
    }

    private func giveUp(_ message: String) {
        let orders = state.withLock { state in
            state.phase = .idle
            defer { state.orders = [] }
            return state.orders
        }
        for case .start(let transfer) in orders {
            transfer.end(HTTPError(.other, message))
        }
    }
}

// On the thread.
extension CurlWorker {
    /// Once in the process, before the first handle: the library is loaded only where a request is made.
    private static let isSetUp = ccurl_set_up()
    static var isAvailable: Bool { isSetUp }

    private func run() {
        guard Self.isSetUp, let multi = ccurl_multi_init() else {
            return giveUp("libcurl could not be loaded; install it (on Debian: apt-get install libcurl4)")
        }
        var active = ActiveTransfers(multi: multi, userAgent: userAgent)
        let address = UInt(bitPattern: multi)
        state.withLock { $0.multi = address }
        while true {
            let (orders, isStopping) = state.withLock { state in
                defer { state.orders = [] }
                return (state.orders, state.phase == .stopping)
            }
            for order in orders {
                active.obey(order)
            }
            active.perform()
            if isStopping, active.isEmpty, closeIfIdle() {
                ccurl_multi_cleanup(multi)
                return
            }
            ccurl_multi_poll(multi, nil, 0, Int32.max, nil)
        }
    }

    /// Gives up the multi handle, unless an order came in the meantime.
    private func closeIfIdle() -> Bool {
        state.withLock { state in
            guard state.phase == .stopping, !state.orders.contains(where: \.isStart) else { return false }
            state.multi = nil
            state.phase = .idle
            state.orders = []
            return true
        }
    }
}

extension CurlWorker.Order {
    fileprivate var isStart: Bool {
        switch self {
        case .start: true
        case .resume, .cancel: false
        }
    }
}
