internal import MCPService
internal import HTTPTransport
private import Support

extension TLSContext {
  /// The certificate and the key that `CALCULATOR_TLS_CERT` and `CALCULATOR_TLS_KEY` name; `nil` for
  /// plain HTTP, or where an error was reported.
  static func read(from reader: inout EnvironmentReader) -> TLSContext? {
    let (certificate, key) = ("CALCULATOR_TLS_CERT", "CALCULATOR_TLS_KEY")
    switch (reader.text(certificate), reader.text(key)) {
    case (nil, nil): return nil
    case (_?, nil):
      reader.report(.missingCounterpart(variable: key, of: certificate))
      return nil
    case (nil, _?):
      reader.report(.missingCounterpart(variable: certificate, of: key))
      return nil
    case (_?, _?): break
    }
    let chain = reader.file(certificate, .certificate)
    let secret = reader.file(key, .privateKey)
    guard let chain, let secret else { return nil }
    do throws(TLSError) {
      return try TLSContext(
        certificateChain: chain.file.bytes, privateKey: secret.file.bytes)
    } catch {
      let (variable, reason) =
        switch error {
        case .unreadableCertificate: (certificate, "must name a chain of certificates in PEM")
        case .unreadableKey: (key, "must name a private key in PEM")
        case .encryptedKey: (key, "must name a key without a passphrase: nobody could type it here")
        case .keyMismatch: (key, "must name the key of the certificate, and this is another")
        case .weakCertificate: (certificate, "must name a stronger certificate: RSA 2048 or P-256")
        }
      reader.report(.invalidCertificate(variable: variable, reason: reason))
      return nil
    }
  }
}
