/// Whether the model may call tools, must, or must call a certain one.
public enum ToolChoice: Sendable, Hashable {
    case auto
    case none
    /// At least one, whichever.
    case required
    case tool(String)

    /// From `auto`, `none`, `required`, or a tool's name.
    public init(_ word: String) {
        switch word {
        case "auto": self = .auto
        case "none": self = .none
        case "required": self = .required
        default: self = .tool(word)
        }
    }

    /// What the requests after the first ask for: a model that had to call a tool must be free to stop.
    var afterFirst: ToolChoice {
        switch self {
        case .auto, .required, .tool: .auto
        case .none: .none
        }
    }
}
