internal import CSystem
internal import FanoutSession

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// A socket that takes connections, and whose path goes with it.
///
/// A class, because a descriptor and a path must be given back.
final class ListeningSocket {
    private(set) var descriptor: Int32
    /// Where it listens, with the port that it really has.
    let address: SocketAddress
    /// Which path is its own.
    private let identity: FileIdentity?

    /// Listens, at a path in the place of a socket that nobody listens at any more.
    init(_ address: SocketAddress) throws(SessionError) {
        switch address {
        case .unix(let path):
            descriptor = try Self.bind(path)
            identity = FileIdentity(at: path)
            self.address = address
        case .tcp(let host, let port):
            descriptor = csystem_bind_tcp(host, port)
            identity = nil
            let own = descriptor >= 0 ? csystem_port(descriptor) : -1
            guard own >= 0 else { throw Self.failure(address, errno) }
            self.address = .tcp(host: host, port: UInt16(truncatingIfNeeded: own))
        }
        guard listen(descriptor, SOMAXCONN) == 0 else {
            let reason = errno
            close()
            throw Self.failure(address, reason)
        }
    }

    deinit { close() }

    /// Takes nobody any more, and removes its path, if that is still its own.
    func close() {
        guard descriptor >= 0 else { return }
        if case .unix(let path) = address, let identity, FileIdentity(at: path) == identity {
            unlink(path)
        }
        closeDescriptor(descriptor)
        descriptor = -1
    }

    private static func bind(_ path: String) throws(SessionError) -> Int32 {
        var descriptor = csystem_bind_unix(path)
        if descriptor < 0, errno == EADDRINUSE {
            try removeAbandoned(path)
            descriptor = csystem_bind_unix(path)
        }
        guard descriptor >= 0 else { throw failure(.unix(path: path), errno) }
        return descriptor
    }

    /// Removes a socket that nobody listens at. Anything else at the path stays as it is.
    private static func removeAbandoned(_ path: String) throws(SessionError) {
        guard let abandoned = FileIdentity(at: path) else { return }
        guard abandoned.isSocket else {
            throw SessionError(.exists, "unix:\(path): there is a file of another kind, which is left alone; name another path")
        }
        switch csystem_probe_unix(path) {
        case 0:
            throw SessionError(.exists, "unix:\(path): another program listens there; end it, or name another path")
        case ECONNREFUSED, ENOENT:
            break
        case let reason:
            throw SessionError(
                .unwritable, "unix:\(path): there is a socket that is not free (\(String(cString: strerror(reason)))); name another path")
        }
        // Somebody else may have put a socket of theirs in its place since: what was moved aside tells, and goes back if so.
        let aside = "\(path).\(getpid())"
        guard rename(path, aside) == 0 else { return }
        if FileIdentity(at: aside) == abandoned {
            unlink(aside)
        } else {
            rename(aside, path)
        }
    }

    private static func failure(_ address: SocketAddress, _ reason: Int32) -> SessionError {
        let words = String(cString: strerror(reason))
        switch (address, reason) {
        case (.unix(let path), ENAMETOOLONG):
            return SessionError(
                .unwritable, "unix:\(path): a socket's path has room for 107 bytes, and this is \(path.utf8.count); name a shorter one")
        case (.unix(let path), ENOENT):
            return SessionError(.missing, "unix:\(path): its folder is not there; create it, or name another path")
        case (.unix, EADDRINUSE):
            return SessionError(.exists, "\(address): another program has just begun to listen there; name another path")
        case (.tcp, EADDRINUSE):
            return SessionError(.exists, "\(address): the port is in use; name another one, or 0 for a free one")
        case (.tcp, EACCES):
            return SessionError(.unwritable, "\(address): ports below 1024 are the system's; name a higher one, or 0 for a free one")
        default:
            return SessionError(.unwritable, "\(address): \(words); name another address")
        }
    }
}

/// Which file a path stands for; a link is itself.
struct FileIdentity: Hashable {
    let device: UInt64
    let inode: UInt64
    let isSocket: Bool

    init?(at path: String) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return nil }
        device = UInt64(truncatingIfNeeded: status.st_dev)
        inode = UInt64(status.st_ino)
        isSocket = status.st_mode & S_IFMT == S_IFSOCK
    }
}

/// `close(2)`, under a name that a type's own does not hide.
func closeDescriptor(_ descriptor: Int32) {
    close(descriptor)
}
