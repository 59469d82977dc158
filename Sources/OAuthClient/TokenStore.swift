private import Support

/// Keeps what a client has from authorization servers, one document for each remote server.
package protocol TokenStore: Sendable {
  /// - Parameter resource: the URL of the remote server.
  /// - Returns: the document as it was saved; `nil` if there is none.
  func load(_ resource: String) async throws(TokenStoreError) -> [UInt8]?

  /// Replaces the document, as one step: a reader sees the old or the new one.
  func save(_ document: [UInt8], for resource: String) async throws(TokenStoreError)

  /// Removes the document, if there is one.
  func remove(_ resource: String) async throws(TokenStoreError)

  /// Waits until no other task and no other process has the lock of this remote server.
  func lock(_ resource: String) async throws(TokenStoreError) -> any TokenStoreLock
}

package protocol TokenStoreLock: Sendable {
  /// Must be called once.
  func release()
}

/// Why a document cannot be read or kept.
package enum TokenStoreError: Error, Sendable, Equatable {
  /// Other users of the machine may read or write it.
  case openToOthers
  /// It was sealed with another key, or somebody has changed it.
  case wrongKey
  /// No space, no permission, or no lock within the time limit.
  case unavailable
}
