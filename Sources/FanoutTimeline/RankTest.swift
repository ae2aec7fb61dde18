#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Whether two samples come from different distributions, whatever shape those have.
///
/// The rank test of Mann and Whitney, two-sided, by the normal approximation with corrections for ties and for continuity
/// (https://en.wikipedia.org/wiki/Mann%E2%80%93Whitney_U_test).
public enum RankTest {
    /// Values that each sample must have at the least, so that the approximation means something.
    public static let leastValues = 5

    /// How likely ranks as unlike as these, or more so, are where both samples are alike; nil where there are too few values.
    public static func probability(_ a: [Int64], _ b: [Int64]) -> Double? {
        guard a.count >= leastValues, b.count >= leastValues else { return nil }
        let all = (a.map { ($0, true) } + b.map { ($0, false) }).sorted { $0.0 < $1.0 }
        let (m, n) = (Double(a.count), Double(b.count))
        var rankSum = 0.0
        var ties = 0.0
        var start = 0
        while start < all.count {
            var end = start
            while end < all.count, all[end].0 == all[start].0 {
                end += 1
            }
            let count = Double(end - start)
            // All that are equal have the mean of their ranks.
            let rank = Double(start + end + 1) / 2
            rankSum += rank * Double(all[start..<end].count { $0.1 })
            ties += count * (count * count - 1)
            start = end
        }
        let total = m + n
        let u = rankSum - m * (m + 1) / 2
        let variance = m * n / 12 * (total + 1 - ties / (total * (total - 1)))
        guard variance > 0 else { return 1 }
        let distance = max(0, abs(u - m * n / 2) - 0.5)
        return erfc(distance / (2 * variance).squareRoot())
    }
}
