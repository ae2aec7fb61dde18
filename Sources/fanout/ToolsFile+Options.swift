internal import FanoutTools

extension ToolsFile {
    /// The path that the options name, else that of the file that lies here; nil where there is none.
    static func path(_ options: Options) -> String? {
        options.value("tools") ?? (FileSystem.exists(usualPath) ? usualPath : nil)
    }

    static func chosen(_ options: Options) throws -> ToolsFile? {
        try path(options).map { path throws in try ToolsFile(path: path) }
    }
}
