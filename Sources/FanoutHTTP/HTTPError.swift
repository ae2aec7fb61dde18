internal import CCurl

/// Why a request has no whole response.
package struct HTTPError: Error, Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        /// The address is none, or not one of HTTP.
        case address
        case resolve
        case connect
        case tls
        case timeout
        /// The connection ended before the response did.
        case cutOff
        /// What answered does not speak HTTP.
        case notHTTP
        case tooLarge
        /// The server sends the request where it must not go, or round and round.
        case redirect
        case cancelled
        case other
    }

    package var kind: Kind
    /// A sentence that names the host and what to do. It never holds a path, a query, a header or a key.
    package var message: String

    package init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }
}

extension HTTPError {
    static let cancelled = HTTPError(.cancelled, "the request was cancelled")

    package static func tooLarge(host: String, limit: Int) -> HTTPError {
        HTTPError(
            .tooLarge, "the response of \(host) is larger than \(limit) bytes, the most that is taken; ask for less, or raise the limit")
    }

    /// - Parameters:
    ///   - hasConnected: Whether a connection stood, which tells a server that hangs from one that is not reached.
    ///   - detail: curl's own words; used where they explain a certificate.
    static func curl(_ code: CURLcode, request: HTTPRequest, hasConnected: Bool, detail: String) -> HTTPError {
        let host = request.host
        switch code {
        case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL:
            return HTTPError(
                .address, "the address of \(host.isEmpty ? "the server" : host) is not one; write it like https://host:port/path")
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY:
            return HTTPError(.resolve, "no host named \(host) was found; check the spelling, the network and the name server")
        case CURLE_COULDNT_CONNECT:
            return HTTPError(.connect, "cannot connect to \(host); check that a server is running there and that host and port are right")
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CIPHER,
            CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_PINNEDPUBKEYNOTMATCH:
            let why = detail.isEmpty ? String(cString: ccurl_easy_strerror(code)) : detail
            return HTTPError(.tls, "no secure connection to \(host): \(why); check its certificate, or use http:// if it speaks no TLS")
        case CURLE_OPERATION_TIMEDOUT where !hasConnected:
            return HTTPError(
                .timeout,
                "\(host) did not accept a connection within \(seconds(request.connectTimeout)); check that it can be reached from here")
        case CURLE_OPERATION_TIMEDOUT where detail.contains("too slow"):
            return HTTPError(
                .timeout,
                "\(host) sent nothing for \(seconds(request.stallTimeout ?? request.connectTimeout)) in the middle of its response; "
                    + "try again, or look at the server's log")
        case CURLE_OPERATION_TIMEDOUT:
            return HTTPError(
                .timeout,
                "\(host) did not answer in full within \(seconds(request.timeout ?? request.connectTimeout)); try again, or allow more time"
            )
        case CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE, CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_HTTP2_STREAM, CURLE_HTTP2:
            return HTTPError(.cutOff, "\(host) closed the connection before the response was whole; try again, or look at the server's log")
        case CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING:
            return HTTPError(.notHTTP, "what answers at \(host) does not speak HTTP; check the port")
        default:
            return HTTPError(.other, "the request to \(host) failed: \(String(cString: ccurl_easy_strerror(code)))")
        }
    }

    private static func seconds(_ microseconds: Int64) -> String {
        let milliseconds = microseconds / 1000
        return milliseconds % 1000 == 0 ? "\(milliseconds / 1000) s" : "\(milliseconds) ms"
    }
}
