/// The body of a response, in the pieces in which it arrives.
///
/// Reads no faster than it is asked: what waits unread is bounded, and beyond that the server waits. Dropping it ends the transfer.
/// A class, because that end must come once; one task at a time reads it.
package final class HTTPBody: Sendable {
    private let transfer: Transfer
    private let worker: CurlWorker

    init(transfer: Transfer, worker: CurlWorker) {
        self.transfer = transfer
        self.worker = worker
    }

    deinit {
        worker.cancel(transfer)
    }

    /// All that is left of it.
    ///
    /// - Parameter limit: Bytes; more are an error.
    package func collect(limit: Int) async throws(HTTPError) -> [UInt8] {
        var body: [UInt8] = []
        while let chunk = try await next() {
            guard body.count + chunk.count <= limit else {
                throw HTTPError.tooLarge(host: transfer.request.host, limit: limit)
            }
            body.append(contentsOf: chunk)
        }
        return body
    }

    /// The next piece, never empty; nil at the end.
    package func next() async throws(HTTPError) -> [UInt8]? {
        let transfer = transfer
        let worker = worker
        let piece = await withTaskCancellationHandler {
            await transfer.next()
        } onCancel: {
            worker.cancel(transfer)
        }
        switch piece {
        case .head: return try await next()
        case .chunk(let chunk, let mustResume):
            if mustResume {
                worker.resume(transfer)
            }
            return chunk
        case .end(nil): return nil
        case .end(let error?): throw error
        }
    }
}
