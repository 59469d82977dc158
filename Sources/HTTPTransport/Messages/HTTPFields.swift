internal import NIOHTTP1

/// Header fields in the order of the wire; names are compared without regard to case
/// (RFC 9110 §5.1).
package struct HTTPFields: Sendable {
  private let headers: HTTPHeaders

  package init(_ fields: [(String, String)] = []) { headers = HTTPHeaders(fields) }

  init(_ headers: HTTPHeaders) { self.headers = headers }

  /// Every value of the field, one for each line it was sent in, in the order of the wire.
  package subscript(name: String) -> [String] { headers[name] }
}
