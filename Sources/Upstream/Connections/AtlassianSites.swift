package import Auth
package import HTTPClient
private import JSON
package import Support

/// A site of Atlassian that a user has allowed this server to call.
package struct AtlassianSite: Sendable, Equatable {
  /// The cloud id. The URL of each call contains it: `https://api.atlassian.com/ex/jira/<id>`.
  package let id: String
  /// Such as `https://example.atlassian.net`.
  package let url: String
  package let name: String

  package init(id: String, url: String, name: String) {
    self.id = id
    self.url = url
    self.name = name
  }
}

/// Why no site is chosen. The names are those of the user's own sites, at most
/// `AtlassianSites.mostNames`, without control characters.
package enum SiteError: Error, Sendable, Equatable {
  /// The user has allowed no site.
  case none
  /// No site has this URL or name.
  case unknown(names: [String])
  /// Several sites have this name, or none was named and there are several.
  case several(names: [String])
}

/// The sites that an access token opens.
///
/// Source: developer.atlassian.com, "OAuth 2.0 (3LO) apps", `accessible-resources`. A site stands there
/// once for Jira and once for Confluence, with the same id.
package struct AtlassianSites: Sendable {
  /// The names that an error has.
  package static let mostNames = 20
  private static let address = "https://api.atlassian.com/oauth/token/accessible-resources"

  private let http: any HTTPClient
  private let url: String

  /// - Parameter url: of `accessible-resources`, for tests and proxies.
  package init(http: any HTTPClient, url: String? = nil) {
    self.http = http
    self.url = url ?? Self.address
  }

  /// All sites, each once, in the order of the response.
  package func sites(
    of token: Secret, for client: Client
  ) async throws(UpstreamOAuthError) -> [AtlassianSite] {
    let request = OutboundRequest(
      .get, url,
      fields: [("Authorization", "Bearer \(token.exposed)"), ("Accept", "application/json")])
    let response = try await UpstreamOAuth.send(request, http, for: client)
    switch response.status {
    case 200: break
    case 429, 500...599: throw .unavailable
    case 400...499: throw .refused
    default: throw .invalidResponse
    }
    guard case .array(let list)? = try? JSONParser.parse(response.body) else {
      throw .invalidResponse
    }
    var seen = Set<String>()
    return list.compactMap { $0.object.flatMap(Self.site) }
      .filter { seen.insert($0.id).inserted }
  }

  /// The one site that has this URL or this name, byte for byte; without a wish, the only site.
  package static func choose(
    _ wish: String?, of sites: [AtlassianSite]
  ) throws(SiteError) -> AtlassianSite {
    guard !sites.isEmpty else { throw .none }
    // ATTACKS O148: never a prefix. `https://example.atlassian.net.evil.example` is another site.
    let fitting = sites.filter { site in
      wish.map { site.url.hasSameBytes(as: $0) || site.name.hasSameBytes(as: $0) } ?? true
    }
    let names = sites.prefix(mostNames).map(\.name)
    guard let site = fitting.first else { throw .unknown(names: names) }
    guard fitting.count == 1 else { throw .several(names: names) }
    return site
  }

  /// `nil` for a site that this server could not call or name.
  private static func site(_ object: JSONObject) -> AtlassianSite? {
    guard let id = object["id"]?.string, let url = object["url"]?.string,
      let name = object["name"]?.string,
      // CWE-22: it becomes a part of a path.
      1...64 ~= id.utf8.count, id.utf8.allSatisfy(isOfID), Origin(of: url) != nil,
      Subject.isValid(name)  // ASVS 15.2.2, 16.4.1
    else { return nil }
    return AtlassianSite(id: id, url: url, name: name)
  }

  private static func isOfID(_ byte: UInt8) -> Bool {
    ASCII.isDigit(byte) || UInt8(ascii: "a")...UInt8(ascii: "z") ~= ASCII.lowercase(byte)
      || byte == UInt8(ascii: "-")
  }
}
