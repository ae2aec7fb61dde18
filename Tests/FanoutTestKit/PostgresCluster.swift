internal import CSystem

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// A PostgreSQL server of the tests' own, on a socket in a temporary folder.
///
/// It runs under a shell that waits for this process: when the pipe between them closes, however this process ended, the shell ends the server and removes
/// the folder. A class, because it owns the pipe.
package final class PostgresCluster: Sendable {
    package struct Failure: Error, CustomStringConvertible {
        package var description: String
    }

    /// The one that the tests of a process share. It starts when it is first asked for.
    package static let shared: Result<PostgresCluster, Failure> = Result { () throws(Failure) in try PostgresCluster() }

    package let directory: String
    /// Where the server's programs lie, `psql` among them.
    package let programs: String
    /// Open for as long as the server is to run.
    private let lifeline: Int32

    /// A database as its owner, who may do everything.
    package var dsn: String { "host=\(directory) user=fanout dbname=postgres" }

    /// One role needs a password; all others are let in. Nothing is written to the disk for good.
    private static let script = #"""
        set -u
        cd "$1" && bin=$2
        server=
        trap '[ -z "$server" ] || { kill -QUIT $server; wait $server; }; cd / && rm -rf "$1"' EXIT
        trap exit HUP INT TERM
        # Whoever is to hear that it is ready may be gone by then.
        trap "" PIPE
        fail() { echo "failed: $(tail -n 5 log | tr '\n' ' ')"; exit 1; }
        "$bin/initdb" -D data -U fanout -A trust --no-sync -E UTF8 --locale=C > log 2>&1 || fail
        printf 'local all locked scram-sha-256\nlocal all all trust\n' > data/pg_hba.conf
        "$bin/postgres" -D data -k "$1" -c listen_addresses= -c fsync=off -c full_page_writes=off -c max_connections=60 \
            -c shared_buffers=16MB >> log 2>&1 < /dev/null &
        server=$!
        until "$bin/pg_isready" -q -h "$1" -U fanout -d postgres < /dev/null; do
            kill -0 $server 2> /dev/null || fail
            sleep 0.02
        done
        echo ready
        exec > /dev/null
        cat > /dev/null
        """#

    private init() throws(Failure) {
        guard let bin = Self.foundPrograms else {
            throw Failure(description: "there is no PostgreSQL server here; .dev/setup installs it")
        }
        // Short, since a socket's path is.
        var template = Array("/tmp/fanout-pg-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failure(description: "no folder in /tmp") }
        let directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        self.directory = directory
        programs = bin
        var command = ["/bin/sh", "-c", Self.script, "sh", directory, bin]
        // The server refuses to be root.
        if geteuid() == 0 {
            guard let user = getpwnam("postgres") ?? getpwnam("nobody") else { throw Failure(description: "there is no user but root") }
            chown(directory, user.pointee.pw_uid, user.pointee.pw_gid)
            command = ["setpriv", "--reuid=\(user.pointee.pw_uid)", "--regid=\(user.pointee.pw_gid)", "--clear-groups"] + command
        }
        var (input, output): ([Int32], [Int32]) = ([-1, -1], [-1, -1])
        guard csystem_process_pipe(&input, 1) == 0, csystem_process_pipe(&output, 0) == 0 else { throw Failure(description: "no pipes") }
        lifeline = input[1]
        let code = Self.spawn(command, input[0], output[1])
        close(input[0])
        close(output[1])
        defer { close(output[0]) }
        guard code == 0 else { throw Failure(description: "no shell: \(String(cString: strerror(code)))") }
        let said = Self.firstLine(output[0])
        guard said == "ready" else { throw Failure(description: "PostgreSQL did not start: \(said)") }
    }

    private static func spawn(_ command: [String], _ input: Int32, _ output: Int32) -> Int32 {
        var argv = command.map { strdup($0) } + [nil]
        defer { argv.forEach { free($0) } }
        return argv.withUnsafeMutableBufferPointer { argv in
            var what = csystem_spawn(
                argv: argv.baseAddress, environment: csystem_environment(), directory: nil, input: input, output: output, error: 2,
                shares_group: 0)
            var child: pid_t = 0
            return csystem_spawn(&what, &child)
        }
    }

    /// Waits for a line, or the end.
    private static func firstLine(_ descriptor: Int32) -> String {
        var line: [UInt8] = []
        while true {
            var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            poll(&ready, 1, -1)
            var byte: UInt8 = 0
            let count = read(descriptor, &byte, 1)
            if count < 0, errno == EINTR || errno == EAGAIN { continue }
            guard count == 1, byte != 0x0a else { return String(decoding: line, as: UTF8.self) }
            line.append(byte)
        }
    }

    /// Where the server's programs lie; Debian keeps them off the path.
    private static let foundPrograms: String? = {
        var found = glob_t()
        defer { globfree(&found) }
        for pattern in [
            "/usr/lib/postgresql/*/bin", "/opt/homebrew/opt/postgresql@*/bin", "/usr/local/opt/postgresql@*/bin", "/usr/local/bin",
            "/usr/bin",
        ] {
            guard glob(pattern, 0, nil, &found) == 0, let paths = found.gl_pathv else { continue }
            for place in (0..<Int(found.gl_pathc)).reversed() {
                if let path = paths[place].map({ String(cString: $0) }), access(path + "/initdb", X_OK) == 0,
                    access(path + "/postgres", X_OK) == 0
                {
                    return path
                }
            }
        }
        return nil
    }()
}
