internal import FanoutEngine
internal import FanoutHTTP
internal import FanoutJSON

/// The body of a response, as the text, the JSON or the kind of data that it is.
struct HTTPContent {
    let result: ToolResult

    init(_ reply: HTTPReply) {
        let (type, charset) = Self.type(reply.head["content-type"] ?? "")
        guard !reply.body.isEmpty else {
            result = .text("")
            return
        }
        let isJSON = type == "application/json" || type.hasSuffix("+json") || type == "text/json"
        if isJSON || !type.hasPrefix("text/"), let json = try? RawJSON(parsing: reply.body), isJSON || !json.wasMended {
            result = .json(json.json)
            return
        }
        guard !Self.isBinary(type), let text = Self.text(reply.body, charset: charset) else {
            result = .text("(\(reply.body.count) bytes of \(type.isEmpty ? "binary data" : type), not shown)")
            return
        }
        result = .text(text)
    }

    /// Its beginning, for a message.
    func excerpt(bytes: Int) -> String {
        let text =
            switch result {
            case .text(let text): text
            case .json(let json): json.description
            }
        guard text.utf8.count > bytes else { return text }
        return String(decoding: text.utf8.prefix(bytes), as: UTF8.self) + "…"
    }

    /// The kind of the content and its charset, in lower case (RFC 9110, section 8.3).
    private static func type(_ header: String) -> (String, String) {
        let parts = header.lowercased().split(separator: ";").map { $0.split(separator: " ").joined() }
        let charset = parts.dropFirst().first { $0.hasPrefix("charset=") }?.dropFirst(8).split(separator: "\"").joined()
        return (parts.first ?? "", charset ?? "")
    }

    private static func isBinary(_ type: String) -> Bool {
        if type.hasSuffix("+xml") || type.hasSuffix("/xml") { return false }
        return ["image/", "audio/", "video/", "font/"].contains { type.hasPrefix($0) }
            || ["application/octet-stream", "application/pdf", "application/zip", "application/gzip", "application/wasm"].contains(type)
    }

    /// Nil for what is no text.
    private static func text(_ bytes: [UInt8], charset: String) -> String? {
        switch (charset, bytes.prefix(2)) {
        case ("utf-16", [0xfe, 0xff]), ("utf-16be", _), ("", [0xfe, 0xff]): return utf16(bytes, isBigEndian: true)
        case ("utf-16", _), ("utf-16le", _), ("", [0xff, 0xfe]): return utf16(bytes, isBigEndian: false)
        default: break
        }
        guard !bytes.contains(0) else { return nil }
        switch charset {
        // What is called Latin 1 on the web is Windows-1252 (https://encoding.spec.whatwg.org/#names-and-labels).
        case "iso-8859-1", "latin1", "us-ascii", "ascii", "windows-1252", "cp1252": return windows1252(bytes)
        default: return String(decoding: bytes.starts(with: [0xef, 0xbb, 0xbf]) ? bytes.dropFirst(3) : bytes[...], as: UTF8.self)
        }
    }

    private static func utf16(_ bytes: [UInt8], isBigEndian: Bool) -> String {
        let units = stride(from: 0, to: bytes.count - 1, by: 2).map { place in
            let (first, second) = (UInt16(bytes[place]), UInt16(bytes[place + 1]))
            return isBigEndian ? first << 8 | second : second << 8 | first
        }
        return String(decoding: units.first == 0xfeff ? units.dropFirst() : units[...], as: UTF16.self)
    }

    /// The characters that stand at 0x80 to 0x9f.
    private static let between: [UInt16] = [
        0x20ac, 0x81, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8d, 0x017d, 0x8f, 0x90,
        0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x9d, 0x017e, 0x0178,
    ]

    private static func windows1252(_ bytes: [UInt8]) -> String {
        String(decoding: bytes.map { (0x80...0x9f).contains($0) ? between[Int($0) - 0x80] : UInt16($0) }, as: UTF16.self)
    }

    /// What a status is called.
    static func reason(_ status: Int) -> String? {
        switch status {
        case 301, 302, 303, 307, 308: "it is elsewhere"
        case 400: "bad request"
        case 401: "it wants to know who asks; check the key"
        case 403: "forbidden"
        case 404: "not found"
        case 405: "method not allowed"
        case 408: "request timeout"
        case 409: "conflict"
        case 410: "gone"
        case 413: "too large"
        case 422: "unprocessable"
        case 429: "too many requests"
        case 500: "server error"
        case 502: "bad gateway"
        case 503: "unavailable"
        case 504: "gateway timeout"
        default: nil
        }
    }
}
