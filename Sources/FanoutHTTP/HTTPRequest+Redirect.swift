internal import FanoutJSON

extension HTTPRequest {
    /// Headers that may go to another host: none that may hold a key.
    private static let harmless: Set<String> = ["accept", "accept-language", "content-type", "user-agent"]

    /// The request that a response asks for in the place of this one (RFC 9110, section 15.4; https://fetch.spec.whatwg.org/#http-redirect-fetch);
    /// nil where it asks for none.
    func redirected(by head: HTTPHead) throws(HTTPError) -> HTTPRequest? {
        guard [301, 302, 303, 307, 308].contains(head.status), let location = head["location"] else { return nil }
        var next = self
        next.url = String(URIReference.resolve(location, base: url).prefix { $0 != "#" })
        guard let origin = Self.origin(of: next.url) else {
            throw HTTPError(.redirect, "\(host) sends the request to what is not an address of http or https; it is not followed")
        }
        let becomesGet = method != "HEAD" && (head.status == 303 || (head.status < 303 && method == "POST"))
        if becomesGet {
            next.method = "GET"
            next.body = nil
            next.headers.removeAll { $0.name.lowercased().hasPrefix("content-") }
        }
        guard origin != Self.origin(of: url) else { return next }
        guard next.body == nil else {
            throw HTTPError(
                .redirect,
                "\(host) sends the request with its body on to \(next.host), which may not be meant to have it; write that address")
        }
        next.headers.removeAll { !Self.harmless.contains($0.name.lowercased()) }
        return next
    }

    /// Scheme, host and port, so that two addresses of one server are equal; nil for another scheme.
    private static func origin(of url: String) -> String? {
        let lower = url.lowercased()
        guard let (scheme, port) = [("http://", ":80"), ("https://", ":443")].first(where: { lower.hasPrefix($0.0) }) else { return nil }
        let host = host(of: lower)
        return host.isEmpty ? nil : scheme + (host.hasSuffix(port) ? String(host.dropLast(port.count)) : host)
    }
}
