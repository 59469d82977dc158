private import Support

/// A list of scopes (RFC 6749 §3.3), each once, in the order in which they were sent.
package struct ScopeList: Sendable, Equatable {
  /// In bytes.
  package static let maximumLength = 1024
  package static let maximumScopes = 64

  package let scopes: [String]

  /// `nil` unless the text is scopes of visible ASCII without `"` and `\`, with one space between
  /// two.
  package init?(_ text: String) {
    guard text.utf8.count <= Self.maximumLength else { return nil }
    let tokens = text.utf8.split(separator: ASCII.space, omittingEmptySubsequences: false)
    guard tokens.count <= Self.maximumScopes, tokens.allSatisfy(Self.isScope) else { return nil }
    var seen = Set<String>()
    scopes = tokens.map { String(Substring($0)) }.filter { seen.insert($0).inserted }
  }

  private init(_ scopes: [String]) { self.scopes = scopes }

  /// RFC 6749 §3.3: scope-token
  private static func isScope(_ token: Substring.UTF8View) -> Bool {
    !token.isEmpty
      && token.allSatisfy {
        ASCII.isVisible($0) && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
      }
  }

  /// The scopes that are in both lists, in the order of this one.
  package func intersection(_ others: some Collection<String>) -> ScopeList {
    ScopeList(scopes.filter(others.contains))
  }

  package var text: String { scopes.joined(separator: " ") }
}
