extension JSONSchema {
    /// A schema as the document that its references lead about in (JSON Schema 2020-12, Core, section 8).
    struct Document {
        /// A schema that a reference leads to.
        struct Found {
            var schema: JSONValue
            /// Its JSON Pointer from the root.
            var path: String
            /// The URI that what it stands in has; its own `$id` is relative to it.
            var base: String
        }

        struct Unresolved: Error {
            var reason: String
        }

        let root: JSONValue
        /// The schemas that have a URI, by it; the root has the empty one as well.
        private var resources: [String: Found] = [:]
        /// By URI and name, `URI#NAME`.
        private var anchors: [String: Found] = [:]
        /// How many schemas bear a dynamic anchor's name.
        private var dynamicAnchors: [String: Int] = [:]

        init(_ root: JSONValue) {
            self.root = root
            resources[""] = Found(schema: root, path: "", base: "")
            index(root, path: "", base: "")
        }

        /// The URI that a schema gives itself, or that of what it stands in.
        static func base(of object: JSONObject, in base: String) -> String {
            guard let id = object["$id"]?.string else { return base }
            let uri = URIReference.resolve(id, base: base)
            return String(uri.prefix { $0 != "#" })
        }

        func isAmbiguous(dynamic reference: String) -> Bool {
            guard let hash = reference.lastIndex(of: "#") else { return false }
            return dynamicAnchors[String(reference[reference.index(after: hash)...]), default: 0] > 1
        }

        /// Follows a reference that stands in a schema of that base.
        func resolve(_ reference: String, base: String) throws(Unresolved) -> Found {
            let uri = URIReference.resolve(reference, base: base)
            let parts = uri.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
            guard let resource = resources[parts.first.map(String.init) ?? ""] else {
                throw Unresolved(
                    reason:
                        "\(brief(.string(reference))) is not in this schema, and nothing is fetched; put what it names under $defs, and "
                        + "refer to it as #/$defs/NAME")
            }
            let fragment = URIReference.decoded(parts.count > 1 ? String(parts[1]) : "")
            if fragment.isEmpty {
                return resource
            }
            if fragment.hasPrefix("/") {
                guard let found = follow(fragment, from: resource) else {
                    throw Unresolved(reason: "there is nothing at \(brief(.string(reference))); check the way to it")
                }
                return found
            }
            guard let found = anchors["\(parts[0])#\(fragment)"] else {
                throw Unresolved(reason: "no schema has the anchor \(brief(.string(fragment))); name one with $anchor, or use #/$defs/NAME")
            }
            return found
        }

        private func follow(_ pointer: String, from resource: Found) -> Found? {
            var found = resource
            for step in pointer.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
                let key = JSONPointer.unescaped(step)
                switch found.schema {
                case .object(let object):
                    guard let value = object[key] else { return nil }
                    found.base = Self.base(of: object, in: found.base)
                    found.schema = value
                case .array(let array):
                    guard let index = Int(key), array.indices.contains(index) else { return nil }
                    found.schema = array[index]
                case .null, .bool, .integer, .number, .string: return nil
                }
                found.path += "/" + JSONPointer.escaped(key)
            }
            return found
        }

        // The keywords under which schemas stand.
        private static let single = [
            "items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames", "unevaluatedProperties",
            "unevaluatedItems",
        ]
        private static let lists = ["allOf", "anyOf", "oneOf", "prefixItems"]
        private static let maps = ["properties", "patternProperties", "$defs", "definitions", "dependentSchemas"]

        private mutating func index(_ schema: JSONValue, path: String, base: String, depth: Int = 0) {
            // What lies deeper is refused when it is compiled.
            guard let object = schema.object, depth <= JSONSchema.deepest else { return }
            let own = Self.base(of: object, in: base)
            let found = Found(schema: schema, path: path, base: base)
            if object["$id"]?.string != nil, resources[own] == nil {
                resources[own] = found
            }
            for key in ["$anchor", "$dynamicAnchor"] {
                if let name = object[key]?.string {
                    anchors["\(own)#\(name)"] = found
                }
            }
            if let name = object["$dynamicAnchor"]?.string {
                dynamicAnchors[name, default: 0] += 1
            }
            for key in Self.single {
                if let inner = object[key] {
                    index(inner, path: "\(path)/\(key)", base: own, depth: depth + 1)
                }
            }
            for key in Self.lists {
                for (place, inner) in (object[key]?.array ?? []).enumerated() {
                    index(inner, path: "\(path)/\(key)/\(place)", base: own, depth: depth + 1)
                }
            }
            for key in Self.maps {
                for (name, inner) in object[key]?.object ?? [:] {
                    index(inner, path: "\(path)/\(key)/\(JSONPointer.escaped(name))", base: own, depth: depth + 1)
                }
            }
        }
    }
}
