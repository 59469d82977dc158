private import Support

/// What presents the credential of the user to the remote server.
package protocol RemoteCredential: Sendable {
  /// The header fields for the next request. Their values may be secret: never log them.
  func fields() async throws(RemoteCredentialError) -> [(name: String, value: String)]

  /// Learns that the remote server has refused a request with 401 or 403.
  /// - Parameters:
  ///   - challenges: the values of `WWW-Authenticate` (RFC 9110 §11.6.1), in their order.
  ///   - fields: what `fields` returned for this request. Another request may have led to a new
  ///     credential since.
  /// - Returns: whether the same request can be sent again, with new fields.
  func isRenewed(
    after status: Int, challenges: [String], sent fields: [(name: String, value: String)]
  ) async throws(RemoteCredentialError) -> Bool
}

/// Why there is no credential, as a sentence for the person and for the model.
package struct RemoteCredentialError: Error, Sendable, Equatable {
  /// Without a secret and without a text of a server.
  package let sentence: String

  package init(sentence: String) { self.sentence = sentence }
}
