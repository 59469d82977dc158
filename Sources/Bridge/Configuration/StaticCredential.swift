private import Support
private import Synchronization

/// Header fields from the settings: an API key, a token, a user with a password, and the fields of
/// `--header`.
package final class StaticCredential: RemoteCredential {
  private let current: Mutex<[HeaderField]>

  package init(_ fields: [HeaderField]) { current = Mutex(fields) }

  /// After SIGHUP. The next request has the new fields.
  /// - Returns: whether they differ from the old ones.
  @discardableResult package func replace(by fields: [HeaderField]) -> Bool {
    current.withLock { current in
      defer { current = fields }
      return current != fields
    }
  }

  package func fields() async throws(RemoteCredentialError) -> [(name: String, value: String)] {
    current.withLock { $0 }.map { ($0.name, $0.value) }
  }

  /// The same fields again would be refused again, and count as a second failed attempt.
  package func isRenewed(
    after status: Int, challenges: [String], sent fields: [(name: String, value: String)]
  ) async throws(RemoteCredentialError) -> Bool {
    current.withLock { $0 } != fields.map { HeaderField(name: $0.name, value: $0.value) }
  }
}

/// The fields of `--header` beside a credential that is renewed.
package struct CredentialWithHeaders<Credential: RemoteCredential>: RemoteCredential {
  private let credential: Credential
  private let headers: [HeaderField]

  /// - Parameter headers: none of them has a name that `credential` uses.
  package init(_ credential: Credential, headers: [HeaderField]) {
    self.credential = credential
    self.headers = headers
  }

  package func fields() async throws(RemoteCredentialError) -> [(name: String, value: String)] {
    try await credential.fields() + headers.map { ($0.name, $0.value) }
  }

  package func isRenewed(
    after status: Int, challenges: [String], sent fields: [(name: String, value: String)]
  ) async throws(RemoteCredentialError) -> Bool {
    // It compares with what it has returned itself.
    try await credential.isRenewed(
      after: status, challenges: challenges, sent: Array(fields.dropLast(headers.count)))
  }
}
