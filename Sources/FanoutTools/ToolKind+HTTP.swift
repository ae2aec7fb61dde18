internal import FanoutEngine
internal import FanoutJSON

extension ToolKind {
    /// `"http": {"url": "https://api.example.org/v1/cities/${city}?units=${units}"}`: a request for each call.
    ///
    /// A pair of the query, a header, or a field of a `body`, a `form` or a `text` that needs an argument that is missing falls away; the path must
    /// have all of its own. In a `body`, a string that is only `${name}` takes the argument with its type. `ok` lists the statuses whose bodies are
    /// results, in place of 200 to 299; `size_limit` counts bytes, `redirects` how often the request may be sent elsewhere (5).
    static let http = ToolKind(key: "http") { entry, declaration throws(ToolsFileError) in
        guard let http = try entry.fields("http") else {
            throw entry.error(["http"], "http is an object with a url")
        }
        try http.check(keys: ["method", "url", "headers", "body", "form", "text", "size_limit", "redirects", "ok"])
        guard let url = try http.text("url") else {
            throw http.error(["url"], "a request needs an address: \"url\": \"https://…\"", key: "url")
        }
        var tool: HTTPTool
        do throws(Template.Fault) {
            tool = HTTPTool(url: try URLTemplate(url, names: declaration.names))
        } catch {
            throw http.error(["url"], error.message)
        }
        tool.body = try http.body(declaration)
        tool.method = try http.method() ?? (tool.body == nil ? "GET" : "POST")
        tool.headers = try http.headers(declaration)
        tool.sizeLimit = try http.count("size_limit") ?? tool.sizeLimit
        tool.redirects = try http.count("redirects", from: 0) ?? tool.redirects
        tool.fine = try http.statuses("ok")
        return tool.tool(declaration)
    }
}

extension ToolsFileFields {
    fileprivate func method() throws(ToolsFileError) -> String? {
        guard let method = try text("method") else { return nil }
        guard !method.isEmpty, method.utf8.allSatisfy({ (0x41...0x5a).contains($0) }) else {
            throw error(["method"], "a method is a word in capitals: GET, POST, PUT, PATCH, DELETE")
        }
        return method
    }

    fileprivate func statuses(_ key: String) throws(ToolsFileError) -> Set<Int>? {
        guard let items = try array(key) else { return nil }
        let statuses = items.compactMap { $0.integer.flatMap { (100...599).contains($0) ? Int($0) : nil } }
        guard statuses.count == items.count, !items.isEmpty else {
            throw error([.key(key)], "this is a list of statuses: [200, 404]")
        }
        return Set(statuses)
    }

    fileprivate func headers(_ declaration: ToolDeclaration) throws(ToolsFileError) -> [(name: String, value: Template)] {
        var headers: [(name: String, value: Template)] = []
        for (name, value) in try object("headers") ?? [:] {
            guard !name.isEmpty, name.utf8.allSatisfy(Self.isOfToken) else {
                throw error(["headers", .key(name)], "the name of a header is of letters, digits and hyphens")
            }
            guard !["content-length", "transfer-encoding", "connection", "expect"].contains(name.lowercased()) else {
                throw error(["headers", .key(name)], "this header is written by whoever sends the request; leave it out")
            }
            guard let text = value.string else {
                throw error(["headers", .key(name)], "the value of a header is a text")
            }
            let template = try template(text, at: ["headers", .key(name)], declaration)
            let fixed = template.parts.contains { part in
                switch part {
                case .text(let text), .environment(_, let text): text.utf8.contains { ($0 < 0x20 && $0 != 0x09) || $0 == 0x7f }
                case .argument: false
                }
            }
            guard !fixed else {
                throw error(["headers", .key(name)], "the value of a header is one line; is there a line break in it, or in its variable?")
            }
            headers.append((name, template))
        }
        return headers
    }

    /// A character of a token (RFC 9110, section 5.6.2).
    private static func isOfToken(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }

    fileprivate func body(_ declaration: ToolDeclaration) throws(ToolsFileError) -> HTTPTool.Body? {
        let given = ["body", "form", "text"].filter(has)
        guard given.count <= 1 else {
            throw error([.key(given[1])], "a request has one body; keep \(given.joined(separator: " or "))")
        }
        switch given.first {
        case "body":
            do throws(JSONTemplate.Fault) {
                return .json(try JSONTemplate(value["body"] ?? .null, names: declaration.names))
            } catch {
                throw self.error(["body"] + error.path, error.message)
            }
        case "form":
            var fields: [(String, Template)] = []
            for (name, value) in try object("form") ?? [:] {
                guard let text = value.string else {
                    throw error(["form", .key(name)], "the value of a form's field is a text")
                }
                fields.append((name, try template(text, at: ["form", .key(name)], declaration)))
            }
            return .form(fields)
        case "text": return try template("text", declaration).map { .text($0) }
        default: return nil
        }
    }
}
