private import Support

/// Who a caller is, or the work that will tell.
package enum Recognition: Sendable {
  case identity(Identity)
  /// It may take a tenth of a second: for a thread that may block.
  case pending(@Sendable () throws(AuthenticationFailure) -> Identity)
}
