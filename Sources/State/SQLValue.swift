internal import Crypto
internal import Support

/// A value for a parameter of a statement.
enum SQLValue {
  case null
  case integer(Int)
  case text(String)
  case bytes([UInt8])

  static func time(_ time: WallTime) -> SQLValue { .integer(time.milliseconds) }
  static func time(_ time: WallTime?) -> SQLValue { time.map { .time($0) } ?? .null }
  static func digest(_ digest: SHA256Digest) -> SQLValue { .bytes(digest.bytes) }
  static func digest(_ digest: SHA256Digest?) -> SQLValue { digest.map { .digest($0) } ?? .null }
}
