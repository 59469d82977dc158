private import Support

/// Where a request's body ends (RFC 9112 §6).
enum BodyFraming: Equatable {
  case length(Int)
  case chunked

  /// - Throws: `malformed` for every head that two parsers could frame differently.
  init(_ fields: HTTPFields, isHTTP11: Bool) throws(HTTPFault) {
    let lengths = fields["Content-Length"]
    let codings = fields["Transfer-Encoding"]
    if codings.isEmpty {
      // RFC 9112 §6.3: refuse two lengths, even equal ones, and a list of lengths.
      guard lengths.count <= 1 else { throw .malformed }
      guard let length = lengths.first else {
        self = .length(0)
        return
      }
      // RFC 9110 §8.6: digits only; 2^63 has 19 of them.
      guard (1...19).contains(length.utf8.count), length.utf8.allSatisfy(ASCII.isDigit),
        let number = Int(length)
      else { throw .malformed }
      self = .length(number)
    } else {
      // RFC 9112 §6.1: never beside a length, never before HTTP/1.1, and no coding but chunked.
      guard lengths.isEmpty, isHTTP11, codings.count == 1,
        HTTPFields.equal(codings[0], "chunked")
      else { throw .malformed }
      self = .chunked
    }
  }
}
