/// Where a line stands: in which source, and at which byte of it.
///
/// Lanes hold the places of their payloads, not the payloads: a day's arguments and results stay in their file.
public struct Place: Sendable, Hashable {
    private var raw: UInt64

    /// - Parameters:
    ///   - source: At most 65,534.
    ///   - offset: Bytes from the start of the source, below 2⁴⁸.
    public init(source: Int, offset: Int64) {
        raw = UInt64(truncatingIfNeeded: source) << 48 | UInt64(truncatingIfNeeded: offset) & 0xffff_ffff_ffff
    }

    private init(raw: UInt64) { self.raw = raw }

    /// No place: there is no payload, or nobody kept it.
    public static let none = Place(raw: .max)

    public var source: Int { Int(raw >> 48) }
    public var offset: Int64 { Int64(raw & 0xffff_ffff_ffff) }
    public var isNone: Bool { raw == .max }
}
