import FanoutEvents
import FanoutTestKit
import Testing

@testable import FanoutTools

extension ProgramsOneByOne {
    /// A program that is written to while it lives.
    @Suite(.timeLimit(.minutes(1))) struct RunningProgramTests {
        private func start(_ script: String, heard: Guarded<[UInt8]>, onOutput: @escaping @Sendable ([UInt8]) -> Void = { _ in }) throws
            -> RunningProgram
        {
            try RunningProgram(
                Program(arguments: ["sh", "-c", script]), limit: 0, keepsInput: true,
                onOutput: { stream, bytes in
                    guard stream == .output else { return }
                    onOutput(
                        heard.withLock { heard in
                            heard += bytes
                            return heard
                        })
                })
        }

        @Test("what it does not take at once follows as it takes it, in order, and its input ends after that")
        func order() async throws {
            let heard = Guarded<[UInt8]>([])
            let program = try start("cat", heard: heard)
            var sent: [UInt8] = []
            for number in 0..<200 {
                let piece = [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 10_007)
                #expect(program.send(piece, mostWaiting: 1 << 22) == .taken)
                sent += piece
            }
            program.closeInput()
            let outcome = await program.outcome()
            #expect(outcome.ending == .exited(0))
            #expect(heard.withLock { $0 } == sent)
            #expect(program.send([1], mostWaiting: 10) == .closed)
        }

        @Test("no more waits than may, of what is sent none is cut, and a reader that is gone gives no signal")
        func bounds() async throws {
            let heard = Guarded<[UInt8]>([])
            let closed = AsyncStream<Void>.makeStream()
            let program = try start("exec 0<&-; echo closed; exec sleep 1000", heard: heard) { _ in closed.continuation.yield() }
            for await _ in closed.stream {
                break
            }
            #expect(program.send([1, 2, 3], mostWaiting: 10) == .closed)
            program.signal(9)
            #expect(await program.outcome().ending == .signalled(9))

            let idle = try start("exec sleep 1000", heard: heard)
            let piece = [UInt8](repeating: 0, count: 100_000)
            #expect(idle.send(piece, mostWaiting: 100_000) == .taken)
            #expect(idle.send(piece, mostWaiting: 100_000) == .full)
            #expect(idle.send(piece, mostWaiting: 200_000) == .taken)
            idle.signal(9)
            _ = await idle.outcome()
        }
    }
}
