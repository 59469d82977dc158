private import Support

/// A name in the head of a request that the server does not accept. It goes to the audit log only
/// and shows the operator what to allow. The log escapes everything that is not printable ASCII.
package struct RefusedName: Sendable, Equatable {
  package enum Kind: String, Sendable {
    case host, origin
    /// The peer of the socket.
    case peer
  }

  /// In bytes: the sender chooses the length of a name.
  private static let maximumLength = 128

  package let kind: Kind
  package let text: String
  /// The setting that would allow the name.
  package let setting: String

  package init(_ kind: Kind, _ text: String, setting: String) {
    self.kind = kind
    self.text = String(decoding: text.utf8.prefix(Self.maximumLength), as: UTF8.self)
    self.setting = setting
  }
}
