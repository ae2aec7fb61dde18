#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// What the tests were built with.
package enum Sanitizer {
    /// Whether ThreadSanitizer watches.
    package static let watchesThreads = dlsym(dlopen(nil, RTLD_NOW), "__tsan_init") != nil
}
