internal import CCurl

/// One easy handle with what its callbacks need. It belongs to the curl thread, and is a class because curl holds its address.
final class CurlExchange {
    let transfer: Transfer
    private let easy: UnsafeMutableRawPointer
    private var list: UnsafeMutablePointer<curl_slist>?
    private let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
    private var headers: [HTTPHeader] = []
    private var hasHead = false

    init(easy: UnsafeMutableRawPointer, transfer: Transfer) {
        self.easy = easy
        self.transfer = transfer
        errorText.pointee = 0
    }

    /// Frees what it owns; curl must have let go of the handle.
    func close() {
        ccurl_easy_cleanup(easy)
        ccurl_slist_free_all(list)
        errorText.deallocate()
    }

    func configure(userAgent: String) {
        let request = transfer.request
        ccurl_set_text(easy, CURLOPT_URL, request.url)
        ccurl_set_text(easy, CURLOPT_PROTOCOLS_STR, "http,https")
        ccurl_set_long(easy, CURLOPT_NOSIGNAL, 1)
        ccurl_set_text(easy, CURLOPT_USERAGENT, userAgent)
        // Every encoding that curl can undo.
        ccurl_set_text(easy, CURLOPT_ACCEPT_ENCODING, "")
        ccurl_set_long(easy, CURLOPT_CONNECTTIMEOUT_MS, milliseconds(request.connectTimeout))
        if let timeout = request.timeout {
            ccurl_set_long(easy, CURLOPT_TIMEOUT_MS, milliseconds(timeout))
        }
        if let stall = request.stallTimeout {
            ccurl_set_long(easy, CURLOPT_LOW_SPEED_LIMIT, 1)
            ccurl_set_long(easy, CURLOPT_LOW_SPEED_TIME, max(1, Int(clamping: stall / 1_000_000)))
        }
        if Self.isLoopback(request.host) {
            // A proxy for the world does not know the servers of this machine.
            ccurl_set_text(easy, CURLOPT_PROXY, "")
        }
        if let body = request.body {
            _ = body.withUnsafeBytes { ccurl_set_body(easy, $0.baseAddress, curl_off_t($0.count)) }
        }
        ccurl_set_text(easy, CURLOPT_CUSTOMREQUEST, request.method)
        if request.method == "HEAD" {
            ccurl_set_long(easy, CURLOPT_NOBODY, 1)
        }
        // Waiting for leave to send a body costs a second where a server knows nothing of it.
        list = ccurl_slist_append(list, "Expect:")
        for header in request.headers where header.isOneLine {
            // A name alone would remove a header; a semicolon sends it empty.
            list = ccurl_slist_append(list, header.value.isEmpty ? "\(header.name);" : "\(header.name): \(header.value)")
        }
        ccurl_set_list(easy, CURLOPT_HTTPHEADER, list)
        ccurl_set_pointer(easy, CURLOPT_ERRORBUFFER, errorText)

        let context = Unmanaged.passUnretained(self).toOpaque()
        ccurl_set_pointer(easy, CURLOPT_HEADERDATA, context)
        ccurl_set_callback(easy, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
            guard let bytes, let context else { return 0 }
            let line = UnsafeBufferPointer(start: UnsafeRawPointer(bytes).assumingMemoryBound(to: UInt8.self), count: size * count)
            Unmanaged<CurlExchange>.fromOpaque(context).takeUnretainedValue().header(line)
            return size * count
        }
        ccurl_set_pointer(easy, CURLOPT_WRITEDATA, context)
        ccurl_set_callback(easy, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
            guard let bytes, let context else { return 0 }
            let piece = UnsafeBufferPointer(start: UnsafeRawPointer(bytes).assumingMemoryBound(to: UInt8.self), count: size * count)
            let isTaken = Unmanaged<CurlExchange>.fromOpaque(context).takeUnretainedValue().transfer.receive(piece)
            return isTaken ? size * count : Int(CURL_WRITEFUNC_PAUSE)
        }
    }

    func finish(_ code: CURLcode) {
        guard code != CURLE_OK else {
            return transfer.end(nil)
        }
        // The time at which the request was about to leave; zero where no connection, new or old, stood by then.
        var left: curl_off_t = 0
        ccurl_get_offset(easy, CURLINFO_PRETRANSFER_TIME_T, &left)
        let detail = String(cString: errorText)
        transfer.end(.curl(code, request: transfer.request, hasConnected: left > 0, detail: detail))
    }

    /// One line of the header section, or of the trailers after the body.
    private func header(_ line: UnsafeBufferPointer<UInt8>) {
        guard !hasHead else { return }
        let text = String(decoding: line.prefix { $0 != 0x0d && $0 != 0x0a }, as: UTF8.self)
        if text.isEmpty {
            var status = 0
            ccurl_get_long(easy, CURLINFO_RESPONSE_CODE, &status)
            // An interim response (100, 103) is followed by the real one.
            guard status >= 200 else { return }
            hasHead = true
            transfer.receive(head: HTTPHead(status: status, headers: headers))
        } else if text.hasPrefix("HTTP/") {
            headers = []
        } else if let colon = text.firstIndex(of: ":") {
            let value = text[text.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
            headers.append(HTTPHeader(String(text[..<colon]), String(value)))
        }
    }

    private func milliseconds(_ microseconds: Int64) -> Int {
        // Zero would stand for curl's own default.
        max(1, Int(clamping: (microseconds + 999) / 1000))
    }

    private static func isLoopback(_ host: String) -> Bool {
        if host.hasPrefix("[::1]") {
            return true
        }
        let name = host.prefix { $0 != ":" }
        return name == "localhost" || name.hasPrefix("127.")
    }
}

extension HTTPHeader {
    /// A line break in a value would let it add headers of its own.
    fileprivate var isOneLine: Bool {
        !(name + value).utf8.contains { $0 == 0x0a || $0 == 0x0d || $0 == 0 }
    }
}
