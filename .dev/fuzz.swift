import FanoutTestKit
import Foundation

private let target = FuzzTarget(rawValue: ProcessInfo.processInfo.environment["FUZZ_TARGET"] ?? "")

/// What the fuzzer calls with each of its inputs.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard let target else { fatalError("FUZZ_TARGET names no target") }
    if let broken = target.brokenPromise(by: Array(UnsafeBufferPointer(start: start, count: count))) {
        fatalError(broken)
    }
    return 0
}
