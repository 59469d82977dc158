private import Support

/// Lets everyone in as a guest, whatever they bring: for a server that is open on purpose.
package struct GuestAuthenticator: Authenticator {
  private let role: Role

  package init(role: Role) { self.role = role }

  package func authenticate(_: PresentedToken) throws(AuthenticationFailure) -> Identity? {
    .guest(role)
  }
}
