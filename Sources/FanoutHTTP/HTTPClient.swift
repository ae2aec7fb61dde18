/// Makes requests over libcurl, any number at once, on one thread of its own.
///
/// The thread starts with the first request and waits in the kernel; it ends when the client and every response it gave are gone.
package final class HTTPClient: Sendable {
    private let worker: CurlWorker

    /// - Parameter userAgent: What the client calls itself to servers.
    package init(userAgent: String = "fanout") {
        worker = CurlWorker(userAgent: userAgent)
    }

    deinit {
        worker.stopWhenIdle()
    }

    /// Sends a request and returns once status and headers are there. Cancelling the task ends the transfer.
    package func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        let transfer = Transfer(request)
        let worker = worker
        let piece = await withTaskCancellationHandler {
            worker.start(transfer)
            return await transfer.next()
        } onCancel: {
            worker.cancel(transfer)
        }
        switch piece {
        case .head(let head): return HTTPResponse(head: head, body: HTTPBody(transfer: transfer, worker: worker))
        case .end(let error?): throw error
        case .chunk, .end(nil): throw HTTPError(.notHTTP, "what answers at \(request.host) does not speak HTTP; check the port")
        }
    }

    /// Sends a request whose response nobody reads; give it a timeout.
    package func sendAndForget(_ request: HTTPRequest) {
        worker.start(Transfer(request))
    }

    /// Sends a request and returns the whole response.
    ///
    /// - Parameters:
    ///   - limit: Bytes; a larger body is an error.
    ///   - redirects: How often a server may send the request elsewhere.
    package func collect(_ request: HTTPRequest, limit: Int, redirects: Int = 0) async throws(HTTPError) -> HTTPReply {
        var request = request
        var response = try await send(request)
        var left = redirects
        while redirects > 0, let next = try request.redirected(by: response.head) {
            guard left > 0 else {
                throw HTTPError(
                    .redirect,
                    "the request is sent elsewhere more than \(redirects) times, in the end by \(request.host); use the address that it is meant for"
                )
            }
            left -= 1
            request = next
            response = try await send(request)
        }
        return HTTPReply(head: response.head, body: try await response.body.collect(limit: limit))
    }
}

extension HTTPClient {
    /// Whether the library that makes requests can be loaded.
    package static var isAvailable: Bool { CurlWorker.isAvailable }
}
