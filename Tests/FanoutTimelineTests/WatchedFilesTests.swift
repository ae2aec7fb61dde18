import FanoutIngest
import Foundation
import Testing

/// Files that the system tells of, in whatever way they are saved.
struct WatchedFilesTests {
    /// A folder of its own with what is watched in it.
    private final class Scene {
        let folder = URL(filePath: "/tmp/fanout-\(UUID().uuidString)")
        let watched: WatchedFiles

        /// - Parameter prepare: What is there before.
        init(_ names: String..., prepare: (URL) throws -> Void = { _ in }) throws {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try prepare(folder)
            watched = try WatchedFiles(names.map { [folder] in folder.appending(path: $0).path })
        }

        deinit { try? FileManager.default.removeItem(at: folder) }

        var isReady: Bool {
            var ready = pollfd(fd: watched.descriptor, events: Int16(POLLIN), revents: 0)
            return poll(&ready, 1, 0) == 1
        }

        /// Which of the files the system tells of once this is done.
        func after(_ change: (URL) throws -> Void) throws -> [Int] {
            try change(folder)
            var changed: [Int] = []
            while isReady {
                changed += watched.takeChanges().filter { !changed.contains($0) }
                watched.renew()
            }
            return changed.sorted()
        }
    }

    private static func write(_ text: String, _ name: String, in folder: URL) throws {
        try Data(text.utf8).write(to: folder.appending(path: name))
    }

    private static func append(_ text: String, _ name: String, in folder: URL) throws {
        let handle = try FileHandle(forWritingTo: folder.appending(path: name))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(text.utf8))
        try handle.close()
    }

    /// As editors save.
    private static func replace(_ name: String, in folder: URL) throws {
        try write("new", name + ".tmp", in: folder)
        #expect(rename(folder.appending(path: name + ".tmp").path, folder.appending(path: name).path) == 0)
    }

    @Test("what is written, replaced, moved away, removed and written again is told of, again and again, and nothing else")
    func changes() throws {
        let scene = try Scene("a.json", "b.json")
        #expect(!scene.isReady)
        for round in 0..<3 {
            #expect(try scene.after { try Self.write("{}", "a.json", in: $0) } == [0], "created in round \(round)")
            #expect(try scene.after { try Self.append(" ", "a.json", in: $0) } == [0], "written to in round \(round)")
            #expect(try scene.after { try Self.replace("a.json", in: $0) } == [0], "replaced in round \(round)")
            #expect(try scene.after { try Self.append(" ", "a.json", in: $0) } == [0], "written to afterwards in round \(round)")
            #expect(try scene.after { try Self.write("{}", "b.json", in: $0) } == [1])
            #expect(try scene.after { try Self.write("{}", "c.json", in: $0) } == [])
            let moved = try scene.after { folder in
                #expect(rename(folder.appending(path: "a.json").path, folder.appending(path: "away.json").path) == 0)
            }
            #expect(moved == [0])
            #expect(try scene.after { try Self.write("{}", "a.json", in: $0) } == [0], "written again in round \(round)")
            let removed = try scene.after { try FileManager.default.removeItem(at: $0.appending(path: "a.json")) }
            #expect(removed == [0], "removed in round \(round)")
            _ = try scene.after { try FileManager.default.removeItem(at: $0.appending(path: "b.json")) }
        }
        #expect(!scene.isReady)
    }

    @Test("a file in folders that come later, and go")
    func folders() throws {
        let scene = try Scene("fanout/themes/mine.json")
        for _ in 0..<2 {
            _ = try scene.after {
                try FileManager.default.createDirectory(at: $0.appending(path: "fanout/themes"), withIntermediateDirectories: true)
            }
            #expect(try scene.after { try Self.write("{}", "fanout/themes/mine.json", in: $0) } == [0])
            #expect(try scene.after { try Self.append(" ", "fanout/themes/mine.json", in: $0) } == [0])
            #expect(try scene.after { try FileManager.default.removeItem(at: $0.appending(path: "fanout")) } == [0])
        }
    }

    @Test("a link's target that is replaced in another folder")
    func links() throws {
        let scene = try Scene("config.json") { folder in
            try FileManager.default.createDirectory(at: folder.appending(path: "dots"), withIntermediateDirectories: true)
            try Self.write("{}", "dots/config.json", in: folder)
            #expect(symlink("dots/config.json", folder.appending(path: "config.json").path) == 0)
        }
        for _ in 0..<3 {
            #expect(try scene.after { try Self.replace("dots/config.json", in: $0) } == [0])
            #expect(try scene.after { try Self.append(" ", "dots/config.json", in: $0) } == [0])
        }
    }
}
