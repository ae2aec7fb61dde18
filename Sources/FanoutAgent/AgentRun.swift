internal import FanoutEngine
internal import FanoutEvents
internal import FanoutJSON

/// One prompt on its way to an answer: what was said, where we are, and what came of it.
struct AgentRun {
    let agent: Agent
    var conversation: Conversation
    /// The turn that runs, or the last one.
    var turn: Int
    var answer = AgentAnswer()
    /// Whether what the reply says was posted as it came.
    private var hasHeard = false
    /// Whether the model was asked for this prompt before.
    private var hasAsked = false
    /// How the turn that runs is run.
    private var plan: TurnPlan
    /// How many replies in a row were cut off.
    private var cuts = 0
    /// The calls of the reply, of which some may run while it arrives; nil where nobody heard of them before it was whole.
    private var arriving: ArrivingCalls?

    init(agent: Agent, conversation: Conversation, turn: Int) {
        self.agent = agent
        self.conversation = conversation
        self.turn = turn
        plan = TurnPlan(options: agent.options.turn)
    }

    private var log: EventLog { agent.engine.log }
    private var options: AgentOptions { agent.options }

    /// The run at its end: when the model has stopped, or its time is up. Then what runs is cancelled, and answered as that.
    ///
    /// - Parameter longest: Microseconds.
    func answering(_ opening: [Event.Message], within longest: Int64?) async -> AgentRun {
        guard let longest else {
            var run = self
            await run.untilTheModelStops(opening: opening)
            return run
        }
        let time = agent.engine.time
        let end = time.now() + longest
        return await withTaskGroup(of: AgentRun?.self) { group in
            group.addTask(executorPreference: time.workers) {
                var run = self
                await run.untilTheModelStops(opening: opening)
                return run
            }
            group.addTask(executorPreference: time.workers) {
                try? await time.sleep(until: end)
                return nil
            }
            var isLate = false
            while let ended = await group.next() {
                if var run = ended {
                    group.cancelAll()
                    if isLate, run.answer.outcome == .cancelled, !Task.isCancelled {
                        run.answer.outcome = .failed
                        run.answer.error = CallError(
                            .timeout,
                            "the run was ended after \(longest % 1_000_000 == 0 ? "\(longest / 1_000_000) s" : "\(longest / 1000) ms"), the most that it may take; allow more, or ask for less"
                        )
                    }
                    return run
                }
                isLate = true
                group.cancelAll()
            }
            return self
        }
    }

    /// What follows a turn.
    private enum Next {
        case another
        case end
    }

    mutating func untilTheModelStops(opening: [Event.Message]) async {
        var messages = opening
        for place in 0..<max(1, options.mostTurns) {
            turn += 1
            plan = place < options.plan.count ? options.plan[place] : TurnPlan(options: options.turn)
            agent.engine.begin(turn: turn, title: plan.title, options: plan.options)
            log.post(messages.map { .message($0.with(turn: turn)) })
            messages = []
            let next: Next
            switch await request() {
            case .success(let reply): next = await take(reply)
            case .failure(let error): next = fail(error)
            }
            switch next {
            case .another: continue
            case .end: return
            }
        }
        answer.outcome = .failed
        answer.error = CallError(
            .tooManyTurns, "the model still asks for calls after \(options.mostTurns) turns; allow more, or ask for less at once")
    }
}

// The request.
extension AgentRun {
    private mutating func request() async -> Result<Reply, ModelError> {
        let id = "r\(turn)"
        var asked = RequestOptions(
            model: options.model, tools: agent.engine.tools, allowsParallelCalls: plan.options.parallelAllowed,
            longestReply: options.longestReply)
        asked.toolChoice = hasAsked ? options.toolChoice.afterFirst : options.toolChoice
        asked.isStreamed = options.isStreamed
        asked.keepsState = options.keepsState
        hasAsked = true
        let request = ModelRequest(body: conversation.request(asked), isStreamed: asked.isStreamed)
        log.post(.modelStarted(Event.ModelStarted(turn: turn, request: id, provider: agent.provider.name, model: options.model)))
        let result = await attempts(request, id)
        switch result {
        case .success(let reply): post(reply, id)
        case .failure(let error):
            log.post(.modelFinished(Event.ModelFinished(turn: turn, request: id, finish: .error, error: error.error)))
        }
        return result
    }

    private mutating func attempts(_ request: ModelRequest, _ id: String) async -> Result<Reply, ModelError> {
        var attempt = 1
        while true {
            let error: ModelError
            let calls = request.isStreamed ? agent.engine.arrive(turn: turn, options: plan.options) : nil
            let hasSpoken = Guarded(false)
            do {
                let (log, turn) = (log, turn)
                let reply = try await agent.provider.reply(to: request) { pieces in
                    for piece in pieces {
                        switch piece {
                        case .output(let kind, let text):
                            hasSpoken.withLock { $0 = true }
                            log.post(.modelOutput(Event.ModelOutput(turn: turn, request: id, kind: kind, text: text)))
                        case .announced(let place, let id, let name): calls?.announce(place, id: id, name: name)
                        case .sealed(let place, let call): calls?.seal(place, call)
                        }
                    }
                }
                arriving = calls
                hasHeard = hasSpoken.withLock { $0 }
                return .success(reply)
            } catch let failure {
                error = failure
                // Nothing of a reply that broke off counts, and another may follow.
                await calls?.breakOff(CallError(.truncatedTurn, "The reply that asked for this call broke off: \(failure.error.message)"))
            }
            guard !Task.isCancelled, let delay = options.patience.delay(after: error, attempt: attempt, random: agent.random()) else {
                return .failure(Task.isCancelled ? .cancelled : error)
            }
            log.post(.modelRetrying(Event.ModelRetrying(turn: turn, request: id, attempt: attempt, error: error.error, delay: delay)))
            let time = agent.engine.time
            do {
                try await time.sleep(until: time.now() + delay)
            } catch {
                return .failure(.cancelled)
            }
            attempt += 1
        }
    }

    private func post(_ reply: Reply, _ id: String) {
        let pieces: [(Event.OutputKind, String?)] = [(.reasoning, reply.reasoning), (.text, reply.text), (.refusal, reply.refusal)]
        // Where the reply came in pieces they were posted as they came.
        var bodies: [Event.Body] = (hasHeard ? [] : pieces).compactMap { kind, text in
            guard let text, !text.isEmpty else { return nil }
            return .modelOutput(Event.ModelOutput(turn: turn, request: id, kind: kind, text: text))
        }
        bodies.append(
            .modelFinished(Event.ModelFinished(turn: turn, request: id, finish: reply.finish, reason: reply.reason, usage: reply.usage)))
        for (place, message) in reply.messages.enumerated() {
            // The text once, where a reply has several parts.
            let text = place == reply.messages.count - 1 && !reply.text.isEmpty ? reply.text : nil
            bodies.append(.message(Event.Message(role: "assistant", text: text, turn: turn, raw: recorded(message, of: reply))))
        }
        log.post(bodies)
    }
}

// What of a reply may be recorded.
extension AgentRun {
    /// As it came, unless it calls a tool whose arguments hold secrets: those stay out.
    private func recorded(_ message: JSONText, of reply: Reply) -> JSONText {
        let secret = Set(agent.engine.tools.filter { !$0.redacted.isEmpty }.map(\.name))
        guard reply.calls.contains(where: { secret.contains($0.name) }) else { return message }
        return agent.provider.form.recorded(message, secretTools: secret)
    }
}

// What its reply asks for.
extension AgentRun {
    private mutating func take(_ reply: Reply) async -> Next {
        conversation.append(reply)
        answer.text = reply.refusal ?? reply.text
        cuts = reply.finish == .length ? cuts + 1 : 0
        let why = reply.reason ?? "no reason given"
        switch reply.finish {
        case .calls:
            await run(reply.calls)
            return finish(Task.isCancelled ? .cancelled : .ok, Task.isCancelled ? .end : .another)
        case .paused:
            await run(reply.calls, refusal: CallError(.truncatedTurn, "the reply is not finished (\(why)), so its calls were not run"))
            // The server goes on with its own work once it has its reply back, unchanged.
            return finish(.ok, .another)
        case .stop, .refused:
            await run(reply.calls, refusal: CallError(.truncatedTurn, "the reply asks for nothing in the end"))
            return finish(.ok, .end)
        case .length where !reply.calls.isEmpty:
            await refuse(
                reply.calls, "the reply was cut off at its length limit (\(why)), so this call was not run; ask again, for less at once")
            guard cuts < 2 else {
                return end(.cut, CallError(.replyCut, "the model's replies are cut off at their length limit (\(why)); allow longer ones"))
            }
            return finish(.cut, .another)
        case .length:
            await run([])
            return end(.cut, CallError(.replyCut, "the answer was cut off at the length limit of a reply (\(why)); allow longer ones"))
        case .filtered:
            await refuse(reply.calls, "the provider's filter ended the reply (\(why)), so this call was not run")
            return end(.failed, CallError(.replyFiltered, "the provider's filter ended the reply (\(why)); put the question differently"))
        case .other, .error:
            guard !reply.calls.isEmpty else {
                await run([])
                answer.note = "the reply ended for a reason that is not known here: \(why)"
                return finish(.ok, .end)
            }
            let text = "the reply ended for a reason that is not known here (\(why)), so none of its calls was run"
            await refuse(reply.calls, text)
            return end(.failed, CallError(.replyCut, text))
        }
    }

    /// Runs what the reply asks for, and puts the results into the conversation.
    ///
    /// - Parameter refusal: Why whatever has not started yet must not.
    private mutating func run(_ calls: [ToolCall], refusal: CallError? = nil) async {
        let arrived = arriving
        arriving = nil
        guard arrived != nil || !calls.isEmpty else { return }
        let results = await (arrived ?? agent.engine.arrive(turn: turn, options: plan.options)).finish(calls, refusal: refusal)
        answer.callErrors += results.count { $0.outcome.isError }
        let before = conversation.messages.count
        conversation.answer(results.map { CallAnswer(id: $0.id, text: $0.text, isError: $0.isError) })
        log.post(conversation.messages[before...].map { .message(Event.Message(role: "tool", turn: turn, raw: $0)) })
    }

    /// Ends calls that must not run; each still gets its answer, or no request could follow.
    private mutating func refuse(_ calls: [ToolCall], _ why: String) async {
        await run(calls, refusal: CallError(.truncatedTurn, why))
    }

    private mutating func fail(_ error: ModelError) -> Next {
        answer.error = error.error
        let isCancelled = error.error.kind == .cancelled
        answer.outcome = isCancelled ? .cancelled : .failed
        agent.engine.finish(turn: turn, outcome: isCancelled ? .cancelled : .failed)
        return .end
    }

    private mutating func end(_ outcome: Event.TurnOutcome, _ error: CallError) -> Next {
        answer.outcome = .failed
        answer.error = error
        return finish(outcome, .end)
    }

    private mutating func finish(_ outcome: Event.TurnOutcome, _ next: Next) -> Next {
        if outcome == .cancelled {
            answer.outcome = .cancelled
            answer.error = CallError(.cancelled, "the run was cancelled")
        }
        agent.engine.finish(turn: turn, outcome: outcome)
        return next
    }
}

extension Event.Message {
    fileprivate func with(turn: Int) -> Event.Message {
        var message = self
        message.turn = turn
        return message
    }
}
