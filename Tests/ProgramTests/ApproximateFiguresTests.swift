import Foundation
import Testing

/// What `stats` says of figures that rest on instants nobody measured.
struct ApproximateFiguresTests {
    private static func recording(_ start: String, _ end: String) -> String {
        [
            #"{"fanout":1,"session":"s","started":"2026-11-20T14:02:00.000000Z"}"#, #"{"type":"turn.started","t":0,"turn":1}"#,
            #"{"type":"call.started","t":0,"turn":1,"call":"a","name":"read"}"#,
            #"{"type":"call.finished","t":9000000,"call":"a","outcome":"ok"}"#,
            #"{"type":"call.started","t":1000000,"turn":1,"call":"b","name":"grep"\#(start)}"#,
            #"{"type":"call.finished","t":4150000,"call":"b","outcome":"ok"\#(end)}"#,
        ].map { $0 + "\n" }.joined()
    }

    private static func object(_ text: String) throws -> [String: Any] {
        try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] ?? [:]
    }

    @Test("they are marked in words for people, and named in JSON; where all was measured, nothing is said")
    func stats() throws {
        let folder = try ProgramFolder()
        try folder.write("measured", Self.recording("", ""))
        try folder.write("bound", Self.recording("", #","approx":"upper""#))
        try folder.write("elsewhere", Self.recording(#","approx":"inferred""#, #","approx":"upper","run_us":2000000"#))
        try folder.write("order", Self.recording(#","approx":"order""#, #","approx":"order""#))

        let measured = try folder.run("stats", "measured").output
        #expect(!measured.contains("≤") && !measured.contains("measured:"))
        #expect(try Self.object(folder.run("stats", "--json", "measured").output)["approx"] == nil)

        let bound = try folder.run("stats", "bound").output
        // A bound is rounded so that it holds.
        #expect(bound.contains("wall 9.0s   sum ≤12.2s   speed-up ≤1.4x"), "\(bound)")
        #expect(bound.contains("≤ no more than this, ≥ no less, ~ about, ? only the order is known: not every instant was measured"))
        let named = try Self.object(folder.run("stats", "--json", "bound").output)
        #expect(named["approx"] as? [String: String] == ["sum_us": "upper", "speedup": "upper"])
        let tools = named["tools"] as? [[String: Any]] ?? []
        let grep = tools.first { $0["name"] as? String == "grep" }?["approx"] as? [String: String]
        #expect(grep == ["sum_us": "upper", "p50_us": "upper", "p95_us": "upper", "p99_us": "upper"])
        #expect(tools.first { $0["name"] as? String == "read" }?["approx"] == nil)

        // A run time that was measured where the call ran is its tool's; the sum is that of the intervals, as ever.
        let elsewhere = try Self.object(folder.run("stats", "--json", "elsewhere").output)
        #expect(elsewhere["sum_us"] as? Int == 12_150_000)
        #expect(elsewhere["approx"] as? [String: String] == ["sum_us": "inferred", "speedup": "inferred"])
        let measuredTool = (elsewhere["tools"] as? [[String: Any]])?.first { $0["name"] as? String == "grep" }
        #expect(measuredTool?["sum_us"] as? Int == 2_000_000 && measuredTool?["approx"] == nil)

        let order = try folder.run("stats", "order").output
        #expect(order.contains("wall 9.0s   sum ?   speed-up ?"), "\(order)")
        let plain = try folder.run("replay", "bound", "--ui", "plain").output
        #expect(plain.contains("ok  ≤3.2s"), "\(plain)")
        let ascii = try folder.run("stats", "bound", environment: ["LC_ALL": "C"]).output
        #expect(ascii.contains("sum <12.2s"), "\(ascii)")
    }
}
