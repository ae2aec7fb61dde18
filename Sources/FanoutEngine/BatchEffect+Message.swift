internal import FanoutEvents

extension BatchEffect.Ending {
    /// The error that says it, for people and for the model; nil where it is ok.
    ///
    /// - Parameters:
    ///   - name: A call's id and tool, as messages name it.
    func error(name: (Int) -> String) -> CallError? {
        switch self {
        case .ok:
            return nil
        case .failed(let error):
            return error
        case .attemptTimeout(let limit), .callTimeout(let limit):
            return CallError(.timeout, "It took longer than \(seconds(limit)).")
        case .turnTimeout(let limit):
            return CallError(.timeout, "The turn took longer than \(seconds(limit)).")
        case .cancelled:
            return CallError(.cancelled, "It was cancelled by the user; the other calls of the turn went on.")
        case .turnCancelled:
            return CallError(.cancelled, "The turn was cancelled by the user.")
        case .denied(let by):
            return CallError(.denied, by == "policy" ? "The policy denies calls that need approval." : "The user denied it.")
        case .dependencyFailed(let call):
            return CallError(
                .dependencyFailed,
                "It refers to \(name(call)), which has no result. Ask for it again without that reference, or for both again.")
        case .dependencyCycle(let circle):
            let shown = circle.prefix(8).map(name).joined(separator: " → ")
            let way = circle.count > 8 ? "\(shown) → … (\(circle.count) calls)" : "\(shown) → \(circle.first.map(name) ?? "")"
            return CallError(
                .dependencyCycle, "The calls refer to each other in a circle: \(way). Ask for one of them without its reference.")
        }
    }
}

/// Microseconds as people read them.
private func seconds(_ micros: Int64) -> String {
    if micros < 1_000_000 {
        return micros % 1000 == 0 ? "\(micros / 1000) ms" : "\(micros / 1000).\(String(1000 + micros % 1000).dropFirst()) ms"
    }
    let tenths = (micros + 50_000) / 100_000
    return tenths % 10 == 0 ? "\(tenths / 10) s" : "\(tenths / 10).\(tenths % 10) s"
}
