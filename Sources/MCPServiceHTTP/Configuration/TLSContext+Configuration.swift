internal import MCPService
internal import HTTPTransport
private import Support

extension TLSContext {
  /// The configured certificate with its key; `nil` for plain HTTP, or if an error was reported.
  static func read(from reader: inout EnvironmentReader) -> TLSContext? {
    let (certificate, key) = (Settings.certificate.name, Settings.privateKey.name)
    guard
      reader.areBothSet(Settings.certificate.declaration, Settings.privateKey.declaration)
    else { return nil }
    let chain = reader.file(Settings.certificate)
    let secret = reader.file(Settings.privateKey)
    guard let chain, let secret else { return nil }
    do throws(TLSError) {
      return try TLSContext(
        certificateChain: chain.file.bytes, privateKey: secret.file.bytes)
    } catch {
      let (variable, problem) =
        switch error {
        case .unreadableCertificate: (certificate, "must name a chain of certificates in PEM")
        case .unreadableKey: (key, "must name a private key in PEM")
        case .encryptedKey: (key, "must name a key without a passphrase")
        case .keyMismatch: (key, "must name the key of the certificate")
        case .weakCertificate: (certificate, "must name a stronger certificate: RSA 2048 or P-256")
        }
      reader.report(.invalidCertificate(variable: variable, problem: problem))
      return nil
    }
  }
}
