import Foundation
import Testing

@testable import HTTPTransport

@Suite(.enabled(if: TLSFixture.areToolsThere, "\(TLSFixture.hint)"))
struct TLSContextTests {
  struct Row: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let certificate: String
    let key: String
    let error: TLSError?
  }

  static let rows: [Row] = [
    Row(testDescription: "P-256", certificate: "a/cert.pem", key: "a/key.pem", error: nil),
    Row(testDescription: "RSA", certificate: "rsa2048.pem", key: "rsa2048.key", error: nil),
    Row(
      testDescription: "curve parameters before the key", certificate: "a/cert.pem",
      key: "parameters.pem", error: nil),
    Row(
      testDescription: "no certificate", certificate: "a/key.pem", key: "a/key.pem",
      error: .unreadableCertificate),
    Row(
      testDescription: "no key", certificate: "a/cert.pem", key: "a/cert.pem",
      error: .unreadableKey),
    Row(
      testDescription: "an encrypted key, PKCS #8", certificate: "a/cert.pem",
      key: "encrypted.key", error: .encryptedKey),
    Row(
      testDescription: "an encrypted key, traditional", certificate: "a/cert.pem",
      key: "traditional.key", error: .encryptedKey),
    Row(
      testDescription: "the key of another certificate", certificate: "a/cert.pem",
      key: "b/key.pem", error: .keyMismatch),
    Row(
      testDescription: "a key of another kind", certificate: "a/cert.pem", key: "rsa2048.key",
      error: .keyMismatch),
    // RFC 9325 §4.5
    Row(
      testDescription: "RSA of 1,024 bits", certificate: "rsa1024.pem", key: "rsa1024.key",
      error: .weakCertificate),
    Row(
      testDescription: "signed with SHA-1", certificate: "sha1.pem", key: "a/key.pem",
      error: .weakCertificate),
  ]

  @Test(arguments: rows)
  func reads(_ row: Row) throws {
    let fixture = try TLSFixture.shared.get()
    var error: TLSError?
    let certificate = try fixture.bytes(row.certificate)
    let key = try fixture.bytes(row.key)
    do { _ = try TLSContext(certificateChain: certificate, privateKey: key) } catch let caught {
      error = caught
    }
    #expect(error == row.error)
  }

  @Test func refusesWhatIsEmptyOrCutOff() throws {
    let fixture = try TLSFixture.shared.get()
    let certificate = try fixture.bytes("a/cert.pem")
    let key = try fixture.bytes("a/key.pem")
    for wrong in [[], Array(certificate.dropLast(40)), certificate + certificate.dropLast(40)] {
      #expect(throws: TLSError.unreadableCertificate) {
        try TLSContext(certificateChain: wrong, privateKey: key)
      }
    }
    for wrong in [[], Array(key.dropLast(40))] {
      #expect(throws: TLSError.unreadableKey) {
        try TLSContext(certificateChain: certificate, privateKey: wrong)
      }
    }
  }

  @Test func tellsWhenTheCertificateExpires() throws {
    let fixture = try TLSFixture.shared.get()
    let printed = try TLSFixture.run([
      "openssl", "x509", "-in", fixture.path("a/cert.pem"), "-noout", "-enddate",
    ])
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(identifier: "GMT")
    formatter.dateFormat = "MMM d HH:mm:ss yyyy 'GMT'"
    let end = printed.output.dropFirst("notAfter=".count)
      .trimmingCharacters(in: .whitespacesAndNewlines)
      .replacingOccurrences(of: "  ", with: " ")
    let date = try #require(formatter.date(from: end))
    #expect(try fixture.context().notAfter == Int64(date.timeIntervalSince1970))
  }

  @Test func makesACertificateOnce() throws {
    let fixture = try TLSFixture.shared.get()
    let directory = URL(filePath: fixture.path("once"))
    #expect(try TLSFixture.makeCertificate(in: directory).hasPrefix("==> Made a certificate"))
    let first = try fixture.bytes("once/cert.pem")
    let attributes = try FileManager.default.attributesOfItem(atPath: fixture.path("once/key.pem"))
    #expect(attributes[.posixPermissions] as? Int == 0o600)
    let files = try FileManager.default.contentsOfDirectory(atPath: directory.path)
    #expect(files.sorted() == ["ca.pem", "cert.pem", "key.pem"])
    #expect(try TLSFixture.makeCertificate(in: directory).hasSuffix("nothing was changed\n"))
    #expect(try fixture.bytes("once/cert.pem") == first)
    // Files of other programs are not changed.
    try FileManager.default.removeItem(at: directory.appending(path: "ca.pem"))
    #expect(throws: TLSFixture.Failure.self) { try TLSFixture.makeCertificate(in: directory) }
    #expect(try fixture.bytes("once/cert.pem") == first)
  }
}
