private import Support

/// What came of a body that was asked for.
package enum HTTPBody: Sendable {
  case complete([UInt8])
  /// It did not come whole; where the connection still stands, the response goes back and ends it.
  case failed(HTTPFault)
}
