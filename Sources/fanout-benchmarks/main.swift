// One benchmark a run: `fanout-benchmarks NAME [--n N]` prints its figures as one JSON object a line.

internal import FanoutEvents

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// What can be measured, by name, with the size that counts unless another is given.
let benchmarks: [(name: String, n: Int, run: @Sendable (Int) async throws -> [Figures])] = [
    ("noop", 10_000, ExecutorBenchmarks.noop),
    ("sleep", 10, ExecutorBenchmarks.sleep),
    ("blocking", 50, ExecutorBenchmarks.blocking),
    ("stagger", 2_000, ExecutorBenchmarks.stagger),
    ("chain", 100, ExecutorBenchmarks.chain),
    ("mcp", 10_000, ServerBenchmarks.mcp),
    ("decode", 20_000, StreamingBenchmarks.decode),
    ("early", 8, StreamingBenchmarks.early),
    ("wait", 3, WaitingBenchmarks.wait),
    ("command", 300, CommandBenchmarks.command),
    ("commands", 100, CommandBenchmarks.commands),
    ("schema", 200_000, SchemaBenchmarks.schema),
    ("read", 1_000_000, ViewerBenchmarks.read),
    ("seek", 1_000_000, ViewerBenchmarks.seek),
    ("frame", 200, ViewerBenchmarks.frame),
    ("views", 200, ScreenBenchmarks.views),
    ("keys", 3_000, ScreenBenchmarks.keys),
    ("search", 1_000_000, ScreenBenchmarks.search),
    ("keep", 36_000_000, ScreenBenchmarks.keep),
    ("transcript", 10_000, ViewerBenchmarks.transcript),
    ("claude", 500, ClaudeBenchmarks.read),
    ("follow", 5, IngestBenchmarks.follow),
    ("sockets", 400_000, IngestBenchmarks.sockets),
    ("whatif", 40, PredictionBenchmarks.whatif),
]

func fail(_ message: String) -> Never {
    let names = benchmarks.map(\.name).joined(separator: ", ")
    let text = Array("fanout-benchmarks: \(message)\nusage: fanout-benchmarks NAME [--n N]   NAME is one of \(names)\n".utf8)
    _ = write(STDERR_FILENO, text, text.count)
    exit(2)
}

// As the program does.
shareMemory()
var arguments = CommandLine.arguments.dropFirst()
guard let name = arguments.popFirst() else { fail("no benchmark is named") }
guard let benchmark = benchmarks.first(where: { $0.name == name }) else { fail("there is no benchmark \(name)") }
var n = benchmark.n
if let option = arguments.popFirst() {
    guard option == "--n", let value = arguments.popFirst().flatMap({ Int($0) }), value > 0, arguments.isEmpty else {
        fail("--n takes a whole number from 1")
    }
    n = value
}
do {
    for figures in try await benchmark.run(n) {
        print(figures.line(benchmark: name, n: n))
    }
} catch {
    fail("\(name): \(error)")
}
