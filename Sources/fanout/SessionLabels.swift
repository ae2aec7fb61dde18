internal import FanoutEvents
internal import FanoutTimeline

/// What sessions are called in lines that several of them share.
struct SessionLabels {
    private static let columns = 16

    /// Those that were given, as wide as each other; a session keeps its own.
    private var given: [CleanText] = []

    /// A session's label; nil where there is no other session to tell it from.
    mutating func label(_ place: Int, among timelines: Timelines) -> CleanText? {
        guard timelines.all.count > 1 else { return nil }
        while given.count < timelines.all.count {
            given.append(Self.label(timelines[given.count].header, number: given.count + 1, unlike: given))
        }
        return given[place]
    }

    /// Its title or the beginning of its id, with its number where another one is called so.
    private static func label(_ header: Header, number: Int, unlike others: [CleanText]) -> CleanText {
        let title = header.title.map { CleanText($0) } ?? ""
        let name = title.isEmpty ? "session " + CleanText(String(header.session.prefix(8))) : title
        let label = name.cut(to: columns).padded(to: columns)
        guard others.contains(label) else { return label }
        let mark = " #" + CleanText(number)
        return (name.cut(to: columns - mark.columns) + mark).padded(to: columns)
    }
}
