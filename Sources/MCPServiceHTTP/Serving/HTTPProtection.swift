package import Auth
package import MCPService
package import Support

/// How requests are authenticated and authorized, if not by the credentials of `HTTPConfiguration`.
package struct HTTPProtection: Sendable {
  /// What a protection may use of its service.
  package struct Context: Sendable {
    package let audit: AuditLog
    package let now: @Sendable () -> WallTime
    package let clock: @Sendable () -> MonotonicTime
    /// The limits of failed attempts, the same for every way to authenticate.
    package let limits: Limits

    package var log: Log { audit.log }
  }

  package typealias Make = @Sendable (Context) -> HTTPProtection

  /// In the order in which they are tried.
  package let authenticators: [any Authenticator]
  package let resource: ProtectedResource
  /// Decides about each call of a tool after the permissions; `nil`: the permissions alone decide.
  package let authority: (any Authority)?
  /// The paths beside those of MCP.
  package let further: (any FurtherRoutes)?
  /// The tools beside those of the definition.
  package let tools: [Tool]

  package init(
    authenticators: [any Authenticator], resource: ProtectedResource, authority: (any Authority)?,
    further: (any FurtherRoutes)? = nil, tools: [Tool] = []
  ) {
    self.authenticators = authenticators
    self.resource = resource
    self.authority = authority
    self.further = further
    self.tools = tools
  }

  /// With more tools, and with paths that include those before.
  package func adding(
    _ offer: (tools: [Tool], routes: (any FurtherRoutes)?)?
  ) -> HTTPProtection {
    guard let offer else { return self }
    return HTTPProtection(
      authenticators: authenticators, resource: resource, authority: authority,
      further: offer.routes ?? further, tools: tools + offer.tools)
  }
}
