import Foundation
import Testing

/// Sockets that `watch` listens on.
struct WatchedSocketTests {
    @Test("an address that cannot be listened on is told with what to do, and nothing that is there is touched")
    func badAddresses() throws {
        let folder = try ProgramFolder()
        try folder.write("notes", "mine\n")
        let long = String(repeating: "x", count: 120)
        for (address, status, error) in [
            ("unix:", 2, "unix:: name the socket's path, as in unix:/tmp/fanout.sock"),
            ("tcp:http", 2, "tcp:http: name a port from 0 to 65535, as in tcp:4400 or tcp:[::1]:4400; 0 takes a free one"),
            (
                "tcp:0.0.0.0:4400", 2,
                "tcp:0.0.0.0:4400: other machines could write to it, and nobody is asked who they are; use tcp:127.0.0.1:4400, and from another machine `ssh -R 4400:127.0.0.1:4400`"
            ),
            ("unix:notes", 1, "unix:notes: there is a file of another kind, which is left alone; name another path"),
            ("unix:absent/s", 1, "unix:absent/s: its folder is not there; create it, or name another path"),
            ("unix:\(long)", 1, "unix:\(long): a socket's path has room for 107 bytes, and this is 120; name a shorter one"),
        ] {
            let run = try folder.run("watch", address, "--ui", "plain")
            #expect(run.status == status)
            #expect(run.error == "fanout: \(error)\n")
            #expect(run.output == "")
        }
        #expect(try folder.read("notes") == "mine\n")
        #expect(folder.recordings == [])
    }

    @Test("programs that connect are drawn while keys are answered, and a signal removes the path")
    func dashboard() throws {
        let folder = try ProgramFolder()
        let terminal = try folder.open("watch", "unix:\(folder.file("s"))", width: 110)
        try terminal.wait(forText: "waiting for events from unix:")
        let client = try Process.run(
            URL(filePath: "/usr/bin/env"),
            arguments: [
                "python3", "-c",
                """
                import socket, sys
                s = socket.socket(socket.AF_UNIX)
                s.connect(sys.argv[1])
                s.sendall(b'{"type":"call.started","call":"one","name":"first"}\\n{"type":"call.fin')
                """, folder.file("s"),
            ])
        client.waitUntilExit()
        try terminal.wait(forText: "first")
        try terminal.wait(forText: "line 2: torn: the stream ended in the middle of it; the line is left out")
        terminal.type("j")
        try terminal.wait(forText: "▸ ")
        terminal.signal(SIGTERM)
        #expect(try terminal.end() == -Int(SIGTERM))
        #expect(!terminal.screen.isAlternate)
        #expect(folder.contents["s"] == nil)
        #expect(folder.recordings.count == 1)
    }

    @Test("where there is no room for more programs it is said once, none loses anything, and a second watcher is refused")
    func crowd() throws {
        let folder = try ProgramFolder()
        try folder.write(
            "crowd.py",
            """
            import json, os, resource, signal, socket, subprocess
            fanout = os.environ["FANOUT"]
            def start(*more): return subprocess.Popen(
                [fanout, "watch", "unix:s", "--ui", "json", "--no-record", *more], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (24, 24)))
            watch = start()
            assert watch.stderr.readline() == "fanout: listening on unix:s\\n"
            second = start()
            assert second.wait() == 1 and "another program listens there" in second.stderr.read()
            clients = []
            for number in range(40):
                client = socket.socket(socket.AF_UNIX)
                client.connect("s")
                client.sendall(json.dumps({"type": "marker", "label": str(number)}).encode() + b"\\n")
                clients.append(client)
            said = watch.stderr.readline()
            assert "there is room for no more" in said, said
            seen = set()
            for line in watch.stdout:
                if '"marker"' not in line: continue
                seen.add(json.loads(line)["label"])
                if len(seen) == 40: break
                # One leaves, and makes room for the next.
                if len(seen) >= 10: clients.pop(0).close()
            watch.send_signal(signal.SIGINT)
            assert watch.wait() == 130
            assert watch.stderr.read() == "", "said once"
            assert not os.path.exists("s")
            print(len(seen))
            """)
        let run = try folder.shell("python3 crowd.py")
        #expect(run.error == "")
        #expect(run.output == "40\n")
    }

    @Test("a port that is free is taken and told; IPv6 is listened on where there is any")
    func ports() throws {
        let folder = try ProgramFolder()
        try folder.write(
            "ports.py",
            """
            import os, signal, socket, subprocess
            def watch(address): return subprocess.Popen(
                [os.environ["FANOUT"], "watch", address, "--ui", "json", "--no-record"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            for address, host in [("tcp:0", "127.0.0.1"), ("tcp:[::1]:0", "[::1]")]:
                if ":" in host and not os.path.exists("/proc/sys/net/ipv6"): continue
                first = watch(address)
                told = first.stderr.readline().split()[-1]
                if ":" in host and not told.startswith("tcp:[::1]"): continue
                assert told.startswith(f"tcp:{host}:"), told
                port = int(told.rsplit(":", 1)[1])
                taken = watch(told)
                assert taken.wait() == 1 and "the port is in use" in taken.stderr.read()
                with socket.create_connection((host.strip("[]"), port)) as client:
                    client.sendall(b'{"type":"marker","label":"heard"}\\n')
                    first.stdout.readline()
                    assert "heard" in first.stdout.readline()
                first.send_signal(signal.SIGINT)
                assert first.wait() == 130
            print("done")
            """)
        let run = try folder.shell("python3 ports.py")
        #expect(run.error == "")
        #expect(run.output == "done\n")
    }
}
