package import FanoutEvents

/// A number of bytes as a person says it.
package enum ByteText {
    /// Bytes in the unit in which they are a short number.
    package static func size(_ bytes: Int64) -> CleanText {
        if bytes < 1000 { return CleanText(bytes) + " B" }
        var value = Double(bytes)
        for unit in ["kB", "MB", "GB"] as [CleanText] {
            value /= 1000
            if value < 999.5 || unit == "GB" {
                let tenths = Int64(value * 10 + 0.5)
                return (value < 9.95 ? CleanText(tenths / 10) + "." + CleanText(tenths % 10) : CleanText((tenths + 5) / 10)) + " " + unit
            }
        }
        return ""
    }
}
