internal import FanoutJSON
internal import FanoutSession
internal import FanoutTimeline

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// What a coding agent's transcript costs to read.
enum ClaudeBenchmarks {
    /// Reads a transcript of `n` megabytes into a timeline: calls in threes, results of 4 to 200 KB that stand in their line twice, as the
    /// model was given them and as the tool returned them.
    static func read(_ n: Int) async throws -> [Figures] {
        let path = "/tmp/fanout-benchmark-\(getpid()).jsonl"
        let bytes = try write(path, bytes: Int64(n) * 1_000_000)
        defer { unlink(path) }
        // Once before, so that the file is in memory and what is measured is the reading.
        _ = try SessionFile.load(path)
        let before = Figures.peakMegabytes
        let start = Stopwatch()
        let timelines = try SessionFile.load(path)
        let (wall, cpu) = (start.wallMicroseconds, start.cpuMicroseconds)
        var figures = Figures()
        figures.add("megabytes", Double(bytes) / 1e6, digits: 1)
        figures.add("megabytes_per_s", Double(bytes) / wall, digits: 0)
        figures.add("wall_ms", wall / 1000, digits: 1)
        figures.add("cpu_ms", cpu / 1000, digits: 1)
        figures.add("lanes", Double(timelines[0].laneRange.count))
        figures.add("peak_mb", before, digits: 1)
        return [figures]
    }

    /// What a result might be: source text with what JSON must escape in it.
    private static let page =
        "    /// Returns the \"nearest\" one.\n\tfunc nearest(_ value: Int) -> Int? {\n\t\treturn values.min { abs($0 - value) < abs($1 - value) }\n\t}\n"

    private static func write(_ path: String, bytes: Int64) throws -> Int64 {
        guard let file = fopen(path, "w") else {
            throw ExecutorBenchmarks.Wrong(what: "\(path): \(String(cString: strerror(errno)))")
        }
        defer { fclose(file) }
        var writer = JSONWriter()
        var written: Int64 = 0
        var number = 0
        var second = 0
        func line(_ type: String, _ more: JSONObject) {
            number += 1
            let (minutes, seconds) = (second / 60, second % 60)
            let stamp =
                "2026-11-\(10 + minutes / 1440)T\(padded(minutes / 60 % 24)):\(padded(minutes % 60)):\(padded(seconds)).123Z"
            var object: JSONObject = [
                "parentUuid": .string("00000000-0000-4000-8000-\(1_000_000_000_000 + number - 1)"), "isSidechain": false,
            ]
            for field in more {
                object[field.key] = field.value
            }
            for (name, value) in [
                ("type", type), ("uuid", "00000000-0000-4000-8000-\(1_000_000_000_000 + number)"), ("timestamp", stamp),
                ("userType", "external"),
                ("cwd", "/home/dev/demo"), ("sessionId", "11111111-2222-4333-8444-555555555555"), ("version", "2.1.329"),
                ("gitBranch", "main"),
            ] {
                object[name] = .string(value)
            }
            writer.value(.object(object))
            writer.bytes.append(0x0a)
            written += Int64(writer.bytes.count)
            fwrite(writer.bytes, 1, writer.bytes.count, file)
            writer.bytes.removeAll(keepingCapacity: true)
        }
        var turn = 0
        var random: UInt64 = 1
        while written < bytes {
            turn += 1
            second += 2
            let calls = (0..<3).map { "toolu_01\(1_000_000_000_000_000_000 + turn * 3 + $0)" }
            for (index, call) in calls.enumerated() {
                let block: JSONValue = [
                    "type": "tool_use", "id": .string(call), "name": "Read",
                    "input": ["file_path": .string("/home/dev/demo/\(call).swift")],
                ]
                let usage: JSONValue = [
                    "input_tokens": 10, "cache_read_input_tokens": 90_000, "output_tokens": 420, "service_tier": "standard",
                ]
                line(
                    "assistant",
                    [
                        "message": [
                            "id": .string("msg_\(turn)"), "type": "message", "role": "assistant", "model": "claude-sonnet-4-5",
                            "content": [block], "stop_reason": "tool_use", "usage": usage,
                        ], "requestId": .string("req_\(turn)"), "apiBlockIndex": .integer(Int64(index)),
                    ])
            }
            for call in calls {
                second += 1
                random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                // As many of each size class: 4 to 8 KB, and so on to 200.
                let size = min(200_000, 4000 << Int(random >> 60 % 6))
                let text = String(repeating: page, count: size / page.utf8.count)
                line(
                    "user",
                    [
                        "message": [
                            "role": "user", "content": [["tool_use_id": .string(call), "type": "tool_result", "content": .string(text)]],
                        ],
                        "toolUseResult": [
                            "type": "text", "file": ["filePath": "/home/dev/demo/x.swift", "content": .string(text), "numLines": 9],
                        ],
                    ])
            }
        }
        return written
    }

    private static func padded(_ number: Int) -> String { (number < 10 ? "0" : "") + String(number) }
}
