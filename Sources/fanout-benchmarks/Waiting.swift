internal import FanoutAgent
internal import FanoutEngine
internal import FanoutEvents
internal import FanoutJSON

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// What it costs to wait for a server that takes a request and says nothing.
enum WaitingBenchmarks {
    /// A request that waits for n seconds: its CPU time.
    static func wait(_ n: Int) async throws -> [Figures] {
        // Connections stand in the backlog of a socket that nobody looks at.
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(listener) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let port = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer -> UInt16? in
                guard bind(listener, pointer, length) == 0, listen(listener, 8) == 0, getsockname(listener, pointer, &length) == 0 else {
                    return nil
                }
                return 0
            }
        }
        guard port != nil else { throw ExecutorBenchmarks.Wrong(what: "no port could be had") }
        let url = "http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))/v1"
        func ask(_ seconds: Int) async {
            let provider = LiveProvider(form: .openAIChat, baseURL: url, timeout: Int64(seconds) * 1_000_000)
            _ = try? await provider.reply(to: ModelRequest(body: JSONText(["model": "m", "messages": []])))
        }
        // The library is loaded and its thread started before.
        await ask(1)
        let watch = Stopwatch()
        await ask(n)
        var figures = Figures()
        figures.add("wall_ms", watch.wallMicroseconds / 1000)
        figures.add("cpu_ms", watch.cpuMicroseconds / 1000)
        return [figures]
    }
}
