import FanoutAgent
import FanoutJSON
import FanoutTestKit
import Foundation
import Testing

/// What works here, and what an endpoint supports.
struct DoctorTests {
    @Test("an endpoint is asked for replies, several calls, streaming, the switch and strict schemas", arguments: WireForm.allCases)
    func endpoint(_ form: WireForm) throws {
        let three = [
            SpokenCall("a", "get_weather", #"{"city":"Tokyo"}"#), SpokenCall("b", "get_weather", #"{"city":"London"}"#),
            SpokenCall("c", "get_weather", #"{"city":"Paris"}"#),
        ]
        let server = try FakeModelServer(
            form: form,
            steps: [
                .reply(form.whole(saying: nil, three)), .stream([form.stream(saying: nil, three)]),
                .reply(form.whole(saying: nil, Array(three.prefix(2)))),
                .error(400, message: "strict is not known here", type: "invalid_request_error"),
            ])
        defer { server.stop() }
        let word =
            switch form {
            case .openAIChat: "openai"
            case .openAIResponses: "responses"
            case .anthropicMessages: "anthropic"
            }
        let folder = try ProgramFolder()
        let run = try folder.shell("exec \"$FANOUT\" doctor --json --provider \(word) --base-url '\(server.baseURL)' --model m")
        #expect(run.status == 0, "\(run.error)")
        let findings = try #require(JSONValue(parsing: run.output)["findings"]?.array)
        #expect(
            findings.map { "\($0["subject"]?.string ?? "") \($0["verdict"]?.string ?? "")" } == [
                "reply yes", "calls yes", "several calls yes", "streaming yes", "one call at a time no", "strict schemas no",
            ])
        #expect(findings[4]["words"]?.string?.contains("2 calls came") == true)
        #expect(findings[5]["words"]?.string?.contains("strict is not known here") == true)
        // The switch was sent, in the API's own way.
        let switched = server.bodies[2]
        #expect(switched["parallel_tool_calls"] == false || switched["tool_choice"]?["disable_parallel_tool_use"] == true)
    }

    @Test("an endpoint that is not there is said to be the reason, and nothing more is asked")
    func unreachable() throws {
        let run = try ProgramFolder().shell("exec \"$FANOUT\" doctor --base-url http://127.0.0.1:1/v1 --model m")
        #expect(run.status == 1)
        #expect(run.output.split(separator: "\n").count == 1)
        #expect(run.output.contains("cannot connect to 127.0.0.1:1"))
    }

    @Test("what works on this machine is said without a network")
    func here() throws {
        let folder = try ProgramFolder()
        let run = try folder.shell(
            "exec \"$FANOUT\" doctor", environment: ["OPENAI_API_KEY": "sk-secret", "TERM": "dumb", "LANG": "C", "LC_ALL": "C"])
        #expect(run.status == 0, "\(run.output)")
        #expect(run.output.contains("TERM is dumb") && run.output.contains("not UTF-8") && run.output.contains("OPENAI_API_KEY is set"))
        #expect(!run.output.contains("sk-secret"))
        let full = try folder.shell("XDG_STATE_HOME=/dev/null/state exec \"$FANOUT\" doctor")
        #expect(full.status == 1 && full.output.contains("set XDG_STATE_HOME"))
    }
}
