/// A part of a frame.
package struct Region: Sendable, Hashable {
    package var x: Int
    package var y: Int
    /// Columns and rows.
    package var width: Int
    package var height: Int

    package init(x: Int, y: Int, width: Int, height: Int) {
        self.x = x
        self.y = y
        self.width = width
        self.height = height
    }
}
