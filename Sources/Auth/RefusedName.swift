private import Support

/// A name in the head of a request that this server does not know, for the audit log alone: whoever
/// runs the server sees what to allow. The log escapes all that is not printable ASCII.
package struct RefusedName: Sendable, Equatable {
  package enum Kind: String, Sendable {
    case host, origin
    /// The other end of the socket.
    case peer
  }

  /// In bytes. A name is as long as its sender likes.
  private static let maximumLength = 128

  package let kind: Kind
  package let text: String
  /// The variable that would allow it.
  package let setting: String

  package init(_ kind: Kind, _ text: String, setting: String) {
    self.kind = kind
    self.text = String(decoding: text.utf8.prefix(Self.maximumLength), as: UTF8.self)
    self.setting = setting
  }
}
