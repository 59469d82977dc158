internal import Crypto
private import JSON
internal import Support

/// A value for a parameter of a statement.
enum SQLValue {
  case null
  case integer(Int)
  case text(String)
  case bytes([UInt8])

  static func texts(_ texts: [String]) -> SQLValue { .text(json(texts)) }
  static func json(_ texts: [String]) -> String {
    String(decoding: JSONValue.array(texts.map(JSONValue.string)).serialized(), as: UTF8.self)
  }

  static func text(_ text: String?) -> SQLValue { text.map { .text($0) } ?? .null }
  static func time(_ time: WallTime) -> SQLValue { .integer(time.milliseconds) }
  static func time(_ time: WallTime?) -> SQLValue { time.map { .time($0) } ?? .null }
  static func digest(_ digest: SHA256Digest) -> SQLValue { .bytes(digest.bytes) }
  static func digest(_ digest: SHA256Digest?) -> SQLValue { digest.map { .digest($0) } ?? .null }
}
