package import Auth
package import Support

/// How requests are authenticated and authorized, if not by the credentials of `HTTPConfiguration`.
package struct HTTPProtection: Sendable {
  /// What a protection may use of its service.
  package struct Context: Sendable {
    package let log: Log
    package let now: @Sendable () -> WallTime
    package let clock: @Sendable () -> MonotonicTime
  }

  package typealias Make = @Sendable (Context) -> HTTPProtection

  /// In the order in which they are tried.
  package let authenticators: [any Authenticator]
  package let resource: ProtectedResource
  /// Decides about each call of a tool after the permissions; `nil`: the permissions alone decide.
  package let authority: (any Authority)?

  package init(
    authenticators: [any Authenticator], resource: ProtectedResource, authority: (any Authority)?
  ) {
    self.authenticators = authenticators
    self.resource = resource
    self.authority = authority
  }
}
