/// The theme files that are part of the program.
package enum BuiltInThemes {
    /// Each file's bytes under the theme's name, in the order in which they are offered.
    package static let files: [(name: String, json: [UInt8])] = [
        ("fanout-dark", PackageResources.fanout_dark_json),
        ("fanout-light", PackageResources.fanout_light_json),
        ("okabe-ito-dark", PackageResources.okabe_ito_dark_json),
        ("mono", PackageResources.mono_json),
    ]
}
