internal import CCurl

/// The transfers that libcurl works on. It belongs to the curl thread.
struct ActiveTransfers {
    private let multi: UnsafeMutableRawPointer
    private let userAgent: String
    private var exchanges: [UnsafeMutableRawPointer: CurlExchange] = [:]
    private var handles: [ObjectIdentifier: UnsafeMutableRawPointer] = [:]

    init(multi: UnsafeMutableRawPointer, userAgent: String) {
        self.multi = multi
        self.userAgent = userAgent
    }

    var isEmpty: Bool { exchanges.isEmpty }

    mutating func obey(_ order: CurlWorker.Order) {
        switch order {
        case .start(let transfer):
            start(transfer)
        case .resume(let transfer):
            if let easy = handles[ObjectIdentifier(transfer)] {
                ccurl_easy_pause(easy, CURLPAUSE_CONT)
            }
        case .cancel(let transfer):
            if let easy = handles[ObjectIdentifier(transfer)] {
                remove(easy)
            }
        }
    }

    /// Moves every transfer as far as it goes without waiting.
    mutating func perform() {
        var running: Int32 = 0
        ccurl_multi_perform(multi, &running)
        var left: Int32 = 0
        while let message = ccurl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else { continue }
            let code = ccurl_result(message)
            exchanges[easy]?.finish(code)
            remove(easy)
        }
    }

    private mutating func start(_ transfer: Transfer) {
        // It may have been cancelled on its way here.
        guard !transfer.hasEnded else { return }
        guard let easy = ccurl_easy_init() else {
            transfer.end(HTTPError(.other, "the request to \(transfer.request.host) failed: out of memory"))
            return
        }
        let exchange = CurlExchange(easy: easy, transfer: transfer)
        exchange.configure(userAgent: userAgent)
        exchanges[easy] = exchange
        handles[ObjectIdentifier(transfer)] = easy
        ccurl_multi_add_handle(multi, easy)
    }

    private mutating func remove(_ easy: UnsafeMutableRawPointer) {
        ccurl_multi_remove_handle(multi, easy)
        if let exchange = exchanges.removeValue(forKey: easy) {
            handles[ObjectIdentifier(exchange.transfer)] = nil
            exchange.close()
        }
    }
}
