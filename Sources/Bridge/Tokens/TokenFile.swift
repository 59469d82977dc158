private import Crypto
private import JSON
private import Support

/// The format of a file of tokens: JSON with the version, the URL of the remote server, and the
/// document in Base64, which is sealed if there is a key.
///
/// `{"version":1,"resource":"https://…","sealed":"…"}`, or `document` in place of `sealed`.
struct TokenFile: Sendable, Equatable {
  enum Content: Sendable, Equatable {
    case plain([UInt8])
    case sealed([UInt8])
  }

  private static let version = 1
  private static let purpose = "calculator-bridge tokens"

  let resource: String
  let content: Content

  init(resource: String, content: Content) {
    self.resource = resource
    self.content = content
  }

  /// `nil` for everything that `bytes` does not write.
  init?(_ bytes: [UInt8]) {
    guard let object = try? JSONParser.parse(bytes).object, object.members.count == 3,
      object["version"] == .number(JSONNumber(Self.version)),
      let resource = object["resource"]?.string
    else { return nil }
    self.resource = resource
    switch (object["document"]?.string, object["sealed"]?.string) {
    case (let text?, nil):
      guard let bytes = Base64.standard.decode(Array(text.utf8)) else { return nil }
      content = .plain(bytes)
    case (nil, let text?):
      guard let bytes = Base64.standard.decode(Array(text.utf8)) else { return nil }
      content = .sealed(bytes)
    default: return nil
    }
  }

  var bytes: [UInt8] {
    let (name, content) =
      switch content {
      case .plain(let bytes): ("document", bytes)
      case .sealed(let bytes): ("sealed", bytes)
      }
    return JSONValue.object(
      JSONObject([
        ("version", .number(JSONNumber(Self.version))), ("resource", .string(resource)),
        (name, .string(Base64.standard.text(of: content))),
      ])
    ).serialized()
  }

  /// What the seal of a document is bound to: a sealed document opens only for its remote server
  /// (NIST SP 800-38D §7.2).
  ///
  /// A JSON array: texts that are only put behind each other could be divided in two ways.
  static func place(_ resource: String) -> String {
    String(
      decoding: JSONValue.array([.string(purpose), .string(resource)]).serialized(),
      as: UTF8.self)
  }

  /// The name without its ending. A hash: a URL may have any length, and `/`.
  static func stem(_ resource: String) -> String {
    SHA256Digest(of: resource.utf8).hexadecimal
  }
}
