/// Fields that few values of a kind have, kept behind one reference: the others are light to hand on.
@usableFromInline
struct Rare<Fields: RareFields>: Sendable, Hashable {
    /// Nil where all fields are as at first.
    private var box: Optional<Boxed<Fields>>

    @usableFromInline
    init() { box = nil }

    var fields: Fields? { box?.fields }

    mutating func change(_ body: (inout Fields) -> Void) {
        let before = box?.fields ?? Fields()
        var after = before
        body(&after)
        guard after != before else { return }
        box = after == Fields() ? nil : Boxed(after)
    }
}

/// Made as fields are where nothing is known of them.
@usableFromInline
protocol RareFields: Sendable, Hashable {
    init()
}

/// A class, since that is what a reference is; it never changes.
private final class Boxed<Fields: RareFields>: Sendable, Hashable {
    let fields: Fields

    init(_ fields: Fields) { self.fields = fields }

    static func == (a: Boxed, b: Boxed) -> Bool { a === b || a.fields == b.fields }

    func hash(into hasher: inout Hasher) { hasher.combine(fields) }
}
