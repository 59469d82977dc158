import Foundation
import TestSupport

/// The certificate that `scripts/make-cert.sh` makes.
enum Certificate {
  /// One certificate for all tests, because making one runs openssl four times.
  static let shared = Result { try TemporaryFolder().with { try make(in: $0.url.path) } }

  static func make(in folder: String) throws {
    let script = Repository.root.appending(path: "scripts/make-cert.sh").path
    let result = try Command.run("sh", [script, folder])
    guard result.status == 0 else { throw Failed(reason: result.errors) }
  }

  struct Failed: Error { let reason: String }
}

extension TemporaryFolder {
  fileprivate func with(_ body: (TemporaryFolder) throws -> Void) throws -> TemporaryFolder {
    try body(self)
    return self
  }
}
