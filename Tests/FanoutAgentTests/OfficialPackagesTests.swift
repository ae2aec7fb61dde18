import FanoutAgent
import FanoutEvents
import FanoutJSON
import FanoutTestKit
import Testing

/// The wire forms, as the official `openai` and `anthropic` Python packages know them.
@Suite(.timeLimit(.minutes(2))) struct OfficialPackagesTests {
    @Test("their types take every request that we send, with no key that they do not know", arguments: WireForm.allCases)
    func requests(_ form: WireForm) async throws {
        let verdicts = try #require(try await OfficialPackages.shared.value.requests.object)
        let ours = verdicts.filter { $0.key.hasPrefix(form.rawValue) }
        #expect(ours.count == 34)
        for (name, objection) in ours {
            if name.hasSuffix("wrong") {
                #expect(objection.string?.contains("parallel_tools") == true)
            } else {
                #expect(objection.isNull, "\(name): \(objection.string ?? "")")
            }
        }
    }

    @Test("what their types write is read, whole and in pieces of every length", arguments: WireForm.allCases)
    func replies(_ form: WireForm) async throws {
        let reply = try #require(try await OfficialPackages.shared.value.replies.first { $0["form"]?.string == form.rawValue })
        let whole = try form.reply(from: Array((reply["whole"]?.string ?? "").utf8))
        let stream = Array((reply["stream"]?.string ?? "").utf8)
        for length in [1, 7, 1000, stream.count] {
            var reader = ReplyStream(form: form)
            var pieces: [ReplyPiece] = []
            for start in stride(from: 0, to: stream.count, by: length) {
                try reader.take(Array(stream[start..<min(start + length, stream.count)]), &pieces)
            }
            let streamed = try reader.reply()
            check(streamed, against: reply)
            let text = pieces.compactMap { if case .output(.text, let text) = $0 { text } else { nil } }
            #expect(text.joined() == reply["text"]?.string)
            #expect(pieces.count { if case .sealed = $0 { true } else { false } } == 3)
            #expect(streamed.messages.map(\.value) == whole.messages.map(\.value))
        }
        check(whole, against: reply)
    }

    private func check(_ reply: Reply, against said: JSONValue) {
        #expect(reply.text == said["text"]?.string)
        #expect(reply.reasoning == said["reasoning"]?.string)
        #expect(reply.finish == .calls)
        let calls = (said["calls"]?.array ?? []).map { call in
            [call[0], call[1], call[2]?.string.map { JSONText(unchecked: Array($0.utf8)).value }]
        }
        #expect(reply.calls.map { [.string($0.id), .string($0.name), JSONText(unchecked: Array($0.arguments.utf8)).value] } == calls)
        let usage = (said["usage"]?.array ?? []).map { $0.integer.map(Int.init) }
        #expect([reply.usage?.input, reply.usage?.output, reply.usage?.cached] == usage)
    }

    @Test("their types take what our test server says, whole and streamed")
    func server() async throws {
        let verdicts = try #require(try await OfficialPackages.shared.value.streams.object)
        #expect(verdicts.count == 9)
        for (name, objection) in verdicts {
            #expect(objection.isNull, "\(name): \(objection.string ?? "")")
        }
    }

    @Test(
        "their clients read our test server as it meant",
        arguments: [(WireForm.openAIChat, "tool_calls"), (.openAIResponses, "completed"), (.anthropicMessages, "tool_use")])
    func clients(_ form: WireForm, _ end: String) async throws {
        let calls = JudgedReplies.calls.map { JSONValue.array([.string($0.id), .string($0.name), .string($0.arguments)]) }
        let said: JSONValue = [.string(JudgedReplies.text), .array(calls), .string(end)]
        let verdict = try await OfficialPackages.shared.value.servers[form.rawValue]
        #expect(verdict == [said, said])
    }
}
