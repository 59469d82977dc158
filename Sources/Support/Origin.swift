/// The scheme, host and port of a URL (RFC 6454 §4).
package struct Origin: Sendable, Hashable {
  package enum Scheme: Sendable {
    case http
    case https
  }

  package let scheme: Scheme
  /// With lowercase letters. An IPv6 address is in brackets.
  package let host: String
  package let port: Int

  /// The longest URL, in bytes.
  private static let longest = 2048

  /// `nil` if the URL is not absolute, not of HTTP, too long, or not plain: one that has a user, a
  /// fragment, or a byte that no URL has (RFC 3986 §2). Programs understand those differently
  /// (ATTACKS O41).
  package init?(of url: String) {
    guard let (origin, _) = Self.split(url) else { return nil }
    self = origin
  }

  /// As browsers write it (RFC 6454 §6.2).
  package var text: String {
    switch (scheme, port) {
    case (.https, 443): "https://\(host)"
    case (.http, 80): "http://\(host)"
    case (.https, _): "https://\(host):\(port)"
    case (.http, _): "http://\(host):\(port)"
    }
  }

  private init(scheme: Scheme, host: String, port: Int) {
    self.scheme = scheme
    self.host = host
    self.port = port
  }

  /// The origin of a URL, and the path with the query as they were sent. The path may be empty.
  /// - Returns: `nil` for the same URLs as `init(of:)`.
  package static func split(_ url: String) -> (origin: Origin, target: ArraySlice<UInt8>)? {
    let bytes = Array(url.utf8)
    guard bytes.count <= longest, bytes.allSatisfy(isPlain),
      let colon = bytes.firstIndex(of: UInt8(ascii: ":")),
      bytes[(colon + 1)...].starts(with: "//".utf8)
    else { return nil }
    let scheme: Scheme
    switch String(decoding: bytes[..<colon].map(ASCII.lowercase), as: UTF8.self) {
    case "https": scheme = .https
    case "http": scheme = .http
    default: return nil
    }
    let authority = bytes[(colon + 3)...].prefix {
      $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?")
    }
    guard let end = endOfHost(authority) else { return nil }
    let host = String(decoding: authority[..<end].map(ASCII.lowercase), as: UTF8.self)
    let port: Int
    if end == authority.endIndex {
      port = scheme == .https ? 443 : 80
    } else {
      guard authority[end] == UInt8(ascii: ":"),
        let number = ASCII.decimal(authority[(end + 1)...], maximum: 65_535), number > 0
      else { return nil }
      port = number
    }
    return (Origin(scheme: scheme, host: host, port: port), bytes[authority.endIndex...])
  }

  /// The origin of a proxy, which is written without a path.
  package init?(ofProxy url: String) {
    guard url.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).count == 3,
      !url.utf8.contains(UInt8(ascii: "?"))
    else { return nil }
    self.init(of: url)
  }

  /// Visible ASCII that may occur in a URL, without the fragment's `#` (RFC 3986 §2).
  private static func isPlain(_ byte: UInt8) -> Bool {
    ASCII.isVisible(byte) && !"\"#<>\\^`{|}".utf8.contains(byte)
  }

  private static func endOfHost(_ authority: ArraySlice<UInt8>) -> Int? {
    if authority.first == UInt8(ascii: "[") {
      guard let close = authority.firstIndex(of: UInt8(ascii: "]")),
        case let text = authority[(authority.startIndex + 1)..<close],
        // RFC 3986 §3.2.2: brackets are for IPv6.
        text.contains(UInt8(ascii: ":")), IPAddress(text) != nil
      else { return nil }
      return close + 1
    }
    let host = authority.prefix { $0 != UInt8(ascii: ":") }
    // No `@`: the text before it is a user (RFC 3986 §3.2.1). No `%`: libcurl decodes it.
    guard !host.isEmpty, host.allSatisfy(isOfName) else { return nil }
    return host.endIndex
  }

  private static func isOfName(_ byte: UInt8) -> Bool {
    ASCII.isDigit(byte) || UInt8(ascii: "a")...UInt8(ascii: "z") ~= ASCII.lowercase(byte)
      || "-._".utf8.contains(byte)
  }
}
