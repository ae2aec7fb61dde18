/// What is asked of a server.
package struct HTTPRequest: Sendable {
    package var method: String
    /// `http` or `https`, with host and path.
    package var url: String
    package var headers: [HTTPHeader]
    package var body: [UInt8]?
    /// Microseconds until a connection must stand.
    package var connectTimeout: Int64
    /// Microseconds until the whole response must be there; nil waits for ever.
    package var timeout: Int64?
    /// Microseconds, as whole seconds, for which the response may stand still; nil for ever.
    package var stallTimeout: Int64?

    package init(
        method: String = "GET", url: String, headers: [HTTPHeader] = [], body: [UInt8]? = nil, connectTimeout: Int64 = 10_000_000,
        timeout: Int64? = nil, stallTimeout: Int64? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.connectTimeout = connectTimeout
        self.timeout = timeout
        self.stallTimeout = stallTimeout
    }

    /// Host and port as written in the address, without user, path or query: what an error text may show.
    package var host: String { Self.host(of: url) }

    package static func host(of url: String) -> String {
        var rest = url[...]
        if let scheme = url.firstRange(of: "://") {
            rest = url[scheme.upperBound...]
        }
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        let named = authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] } ?? authority
        return String(named)
    }
}

package struct HTTPHeader: Sendable, Hashable {
    package var name: String
    package var value: String

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// Status and headers of a response.
package struct HTTPHead: Sendable, Hashable {
    package var status: Int
    package var headers: [HTTPHeader]

    package init(status: Int, headers: [HTTPHeader]) {
        self.status = status
        self.headers = headers
    }

    /// The first header of that name, in whatever case it was written.
    package subscript(_ name: String) -> String? {
        let wanted = name.lowercased()
        return headers.first { $0.name.lowercased() == wanted }?.value
    }

    package var isSuccess: Bool { (200..<300).contains(status) }
}

/// A response whose body still arrives.
package struct HTTPResponse: Sendable {
    package var head: HTTPHead
    package var body: HTTPBody
}

/// A response that is whole.
package struct HTTPReply: Sendable {
    package var head: HTTPHead
    package var body: [UInt8]

    package init(head: HTTPHead, body: [UInt8]) {
        self.head = head
        self.body = body
    }
}
