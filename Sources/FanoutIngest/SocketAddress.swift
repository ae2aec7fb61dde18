internal import CSystem

/// Where programs of this machine connect to tell of events: `unix:PATH`, `tcp:PORT`, `tcp:HOST:PORT`.
package enum SocketAddress: Sendable, Hashable {
    case unix(path: String)
    /// A numeric address that only this machine reaches; port 0 takes a free one.
    case tcp(host: String, port: UInt16)

    /// Why a text that names a socket names none that can be listened on: a sentence.
    package struct Refusal: Error, Sendable, Hashable, CustomStringConvertible {
        package var description: String
    }

    /// - Parameter text: `unix:` or `tcp:` and what follows.
    /// - Returns: Nil for what names no socket at all, such as a file.
    package init?(_ text: String) throws(Refusal) {
        if text.hasPrefix("unix:") {
            let path = String(text.dropFirst(5))
            guard !path.isEmpty else {
                throw Refusal(description: "\(text): name the socket's path, as in unix:/tmp/fanout.sock")
            }
            self = .unix(path: path)
        } else if text.hasPrefix("tcp:") {
            self = try Self.tcp(text)
        } else {
            return nil
        }
    }

    private static func tcp(_ text: String) throws(Refusal) -> SocketAddress {
        let (host, digits) = parts(text.dropFirst(4))
        guard let port = UInt16(digits), digits.allSatisfy(\.isNumber) else {
            throw Refusal(description: "\(text): name a port from 0 to 65535, as in tcp:4400 or tcp:[::1]:4400; 0 takes a free one")
        }
        switch host == "localhost" ? 1 : csystem_is_loopback(host) {
        case 1:
            return .tcp(host: host == "localhost" ? "127.0.0.1" : host, port: port)
        case 0:
            throw Refusal(
                description: "\(text): other machines could write to it, and nobody is asked who they are; use tcp:127.0.0.1:\(port), "
                    + "and from another machine `ssh -R \(port):127.0.0.1:\(port)`")
        default:
            throw Refusal(
                description: "\(text): \(host) is no numeric address of this machine; use tcp:127.0.0.1:\(port) or tcp:[::1]:\(port)")
        }
    }

    /// What stands before the port, without brackets, and the port.
    private static func parts(_ text: Substring) -> (host: String, port: Substring) {
        guard let colon = text.lastIndex(of: ":") else { return ("127.0.0.1", text) }
        let host = text[..<colon]
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]") && host.count > 2
        return (String(isBracketed ? host.dropFirst().dropLast() : host), text[text.index(after: colon)...])
    }
}

extension SocketAddress: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unix(let path): "unix:\(path)"
        case .tcp(let host, let port): host.contains(":") ? "tcp:[\(host)]:\(port)" : "tcp:\(host):\(port)"
        }
    }
}
