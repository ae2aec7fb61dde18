/// The theme files that are part of the program.
package enum BuiltInThemes {
    /// Each file's bytes under the theme's name, in the order in which they are offered.
    package static let files: [(name: String, json: [UInt8])] = [
        ("fanout-dark", PackageResources.fanout_dark_json),
        ("fanout-light", PackageResources.fanout_light_json),
        ("high-contrast", PackageResources.high_contrast_json),
        ("okabe-ito-dark", PackageResources.okabe_ito_dark_json),
        ("okabe-ito-light", PackageResources.okabe_ito_light_json),
        ("mono", PackageResources.mono_json),
        ("terminal-16", PackageResources.terminal_16_json),
        ("stage", PackageResources.stage_json),
    ]
}
