private import Crypto
internal import Support
private import SystemC

/// The settings that the clients on libcurl have in common.
package protocol CurlSettings: Sendable {
  var caFile: String? { get }
  var proxy: String? { get }
  var allowsLoopback: Bool { get }
  var connectTimeout: Duration { get }
  var maximumHead: Int { get }
}

extension CurlSettings {
  /// - Throws: why no client can be made.
  func check() throws(CurlClient.SetupError) {
    if let file = caFile {
      guard LibCurl.trustsOnlyTheCAFile else { throw .untrustworthyLibrary }
      guard unsafe access(file, R_OK) == 0 else { throw .unreadableCAFile }
      // libcurl would say so at each request, as if the server's certificate were wrong.
      guard CertificateFile.hasCertificate(file) else { throw .noCertificate }
    }
    if let proxy, Origin(ofProxy: proxy) == nil { throw .invalidProxy }
    guard CurlHandle().apply(self) else { throw .unusableLibrary }
  }

  /// Whether a request may start. The address is judged when the socket is opened.
  func permits(_ origin: Origin, _ policy: AddressPolicy) -> Bool {
    // The proxy finds the address of the server, so no policy can judge it.
    if proxy != nil { return origin.scheme == .https && policy == .trusted }
    return origin.scheme == .https || allowsLoopback
  }
}
