import Foundation
import TestSupport

@testable import HTTPTransport

/// Certificates and keys that openssl makes for this run, in a temporary folder.
struct TLSFixture: Sendable {
  /// The command of LibreSSL is called openssl too, but its s_client prints other texts.
  static let areToolsThere =
    (try? run(["openssl", "version"]).output.hasPrefix("OpenSSL ")) == true
    && (try? run(["curl", "--version"]).status) == 0
  static let hint = "OpenSSL's openssl and curl are not both on PATH"

  /// Made once. The folder is removed with the other temporary files of the machine.
  static let shared = Result { try TLSFixture() }

  private let directory: URL

  private init() throws {
    directory = FileManager.default.temporaryDirectory.appending(path: "tls-\(UUID().uuidString)")
    for name in ["a", "b"] { _ = try Self.makeCertificate(in: directory.appending(path: name)) }
    let made = try Self.run([
      "sh", "-ec",
      """
      cd "$1"
      for bits in 1024 2048; do
        openssl req -x509 -newkey rsa:$bits -nodes -keyout rsa$bits.key -out rsa$bits.pem \
          -days 30 -subj /CN=localhost
      done
      openssl req -new -key a/key.pem -subj /CN=localhost -out request.pem
      openssl x509 -req -sha1 -days 30 -in request.pem -CA rsa2048.pem -CAkey rsa2048.key \
        -set_serial 1 -out sha1.pem
      openssl pkcs8 -topk8 -in a/key.pem -passout pass:secret -out encrypted.key
      openssl ec -in a/key.pem -aes256 -passout pass:secret -out traditional.key
      openssl ecparam -name prime256v1 -out parameters.pem
      openssl ec -in a/key.pem >>parameters.pem
      """, "sh", directory.path,
    ])
    guard made.status == 0 else { throw Failure(output: made.output) }
  }

  struct Failure: Error { let output: String }

  static func makeCertificate(in directory: URL) throws -> String {
    let script = Repository.root.appending(path: "scripts/make-cert.sh").path
    let made = try run(["sh", script, directory.path])
    guard made.status == 0 else { throw Failure(output: made.output) }
    return made.output
  }

  func path(_ name: String) -> String { directory.appending(path: name).path }

  func bytes(_ name: String) throws -> [UInt8] {
    try [UInt8](Data(contentsOf: directory.appending(path: name)))
  }

  /// A context from two of the files.
  func context(_ certificate: String = "a/cert.pem", _ key: String = "a/key.pem") throws
    -> TLSContext
  {
    try TLSContext(certificateChain: bytes(certificate), privateKey: bytes(key))
  }

  /// Runs a command without input.
  /// - Returns: its status, -1 after a signal, and what it wrote.
  static func run(_ command: [String]) throws -> (status: Int32, output: String) {
    let (end, output) = try ChildProgram.run(command)
    guard case .status(let status) = end else { return (-1, output) }
    return (status, output)
  }
}
