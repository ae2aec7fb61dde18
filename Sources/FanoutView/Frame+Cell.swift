extension Frame {
    /// One place of the grid, packed into 32 bits: a frame is compared and copied many times a second.
    ///
    ///     bits  0–20  a scalar, or the number of a cluster; 0 in the right half of a wide character
    ///     bit   21    it is the number of a cluster
    ///     bit   22    selected: on the selection's background
    ///     bit   23    reversed: foreground and background changed round
    ///     bits 24–31  the role
    package struct Cell: Sendable, Hashable {
        package var packed: UInt32

        /// Scalars of a cluster: a base and its marks.
        package static let longestCluster = 5

        static let contentMask: UInt32 = 0x1F_FFFF
        static let clusterBit: UInt32 = 1 << 21
        static let selectedBit: UInt32 = 1 << 22
        static let reversedBit: UInt32 = 1 << 23

        package init(packed: UInt32) {
            self.packed = packed
        }

        init(_ scalar: Unicode.Scalar, role: Role, isReversed: Bool = false) {
            packed = scalar.value | UInt32(role.rawValue) << 24 | (isReversed ? Self.reversedBit : 0)
        }

        init(cluster number: UInt32, role: Role) {
            packed = (number & Self.contentMask) | Self.clusterBit | UInt32(role.rawValue) << 24
        }

        package static let blank = Cell(" ", role: .text)

        /// A space with the looks of a cell.
        static func blank(like packed: UInt32) -> UInt32 {
            packed & ~(contentMask | clusterBit) | 0x20
        }

        static func continuation(of cell: Cell) -> Cell {
            Cell(packed: cell.look)
        }

        package var content: UInt32 { packed & Self.contentMask }
        package var isCluster: Bool { packed & Self.clusterBit != 0 }
        package var isSelected: Bool { packed & Self.selectedBit != 0 }
        package var isReversed: Bool { packed & Self.reversedBit != 0 }
        /// The right half of a wide character.
        package var isContinuation: Bool { packed & (Self.contentMask | Self.clusterBit) == 0 }
        package var role: Role { Role(rawValue: UInt8(truncatingIfNeeded: packed >> 24)) ?? .text }

        /// Its number among a theme's styles: its role doubled, one more where it is selected.
        package var style: Int { 2 * Int(packed >> 24) + (isSelected ? 1 : 0) }

        /// All but the character.
        var look: UInt32 { packed & ~(Self.contentMask | Self.clusterBit) }
    }
}
