import MCPService
import Foundation
import Testing
import TestSupport

@testable import MCPServiceHTTP

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// ATTACKS G2: a configuration file must be a regular file; anything else is an error without
/// waiting. The time limit ends a test that waits for the other end of a FIFO.
@Suite(.timeLimit(.minutes(10))) struct RegularFileTests {
  private static let key = "0123456789-key-of-this-test"
  private static let secret = "0123456789-signing-secret-of-this-test"

  /// Each kind of file: its variable, and the other settings that it needs.
  struct Row: CustomTestStringConvertible, Sendable {
    let variable: String
    let kind: FileKind
    let others: [String: String]
    var isOfJWT = false

    var testDescription: String { variable }
  }

  static let rows = [
    Row(variable: "CALCULATOR_API_KEY_FILE", kind: .secret, others: ["JWT_SECRET": secret]),
    Row(variable: "JWT_SECRET_FILE", kind: .secret, others: ["CALCULATOR_API_KEY": key]),
    Row(variable: "JWT_SECRET_PREVIOUS_FILE", kind: .secret, others: ["JWT_SECRET": secret]),
    Row(
      variable: "CALCULATOR_BASIC_PASSWORD_FILE", kind: .secret,
      others: ["CALCULATOR_API_KEY": key, "CALCULATOR_BASIC_USER": "anshika"]),
    Row(
      variable: "CALCULATOR_CREDENTIALS", kind: .credentials, others: ["CALCULATOR_API_KEY": key]),
    Row(
      variable: "CALCULATOR_TLS_CERT", kind: .certificate,
      others: ["CALCULATOR_API_KEY": key, "CALCULATOR_TLS_KEY": "/dev/null"]),
    Row(
      variable: "CALCULATOR_TLS_KEY", kind: .privateKey,
      others: ["CALCULATOR_API_KEY": key, "CALCULATOR_TLS_CERT": "/dev/null"]),
    Row(variable: "--env-file", kind: .environment, others: ["CALCULATOR_API_KEY": key]),
    Row(
      variable: "CALCULATOR_USERS", kind: .users, others: ["JWT_SECRET": secret], isOfJWT: true),
    Row(
      variable: "CALCULATOR_ISSUER_KEY_FILE", kind: .secret, others: ["JWT_SECRET": secret],
      isOfJWT: true),
    Row(variable: "--env-file", kind: .environment, others: ["JWT_SECRET": secret], isOfJWT: true),
  ]

  /// The kinds of files that are not regular, each at its own path in `folder`.
  enum Other: CaseIterable { case fifo, directory, device, socket, linkToFIFO }

  @Test(arguments: rows, Other.allCases)
  func whatIsNoRegularFileIsAnErrorAtOnce(_ row: Row, _ other: Other) throws {
    // A short path, because the address of a socket has about 100 bytes.
    let folder = "/tmp/regular-\(UInt32.random(in: 0 ... .max))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = try make(other, in: folder)
    let expected = ConfigurationError.notRegularFile(variable: row.variable, path: path, row.kind)
    let found = errors(row, path)
    #expect(found.contains(expected))
    #expect(expected.description.contains("is not a regular file"))
  }

  private func make(_ other: Other, in folder: String) throws -> String {
    let path = "\(folder)/file"
    switch other {
    case .fifo: try #require(unsafe mkfifo(path, 0o600) == 0)
    case .directory: return folder
    case .device: return "/dev/zero"
    case .socket:
      let socket = socket(AF_UNIX, Self.stream, 0)
      defer { close(socket) }
      var address = sockaddr_un()
      address.sun_family = sa_family_t(AF_UNIX)
      unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
      let result = unsafe withUnsafeBytes(of: &address) {
        unsafe bind(
          socket, $0.baseAddress?.assumingMemoryBound(to: sockaddr.self),
          socklen_t(MemoryLayout<sockaddr_un>.size))
      }
      try #require(result == 0)
    case .linkToFIFO:
      try #require(unsafe mkfifo("\(folder)/fifo", 0o600) == 0)
      try #require(unsafe symlink("\(folder)/fifo", path) == 0)
    }
    return path
  }

  #if canImport(Darwin)
    private static let stream = SOCK_STREAM
  #else
    private static let stream = Int32(SOCK_STREAM.rawValue)
  #endif

  private func errors(_ row: Row, _ path: String) -> [ConfigurationError] {
    let isFile = row.variable == "--env-file"
    let environment = Environment(
      row.others.merging(isFile ? [:] : [row.variable: path]) { $1 })
    do throws(ConfigurationErrors) {
      if row.isOfJWT {
        _ = try JWTConfiguration.read(
          environment: environment, file: isFile ? path : nil, after: .none)
      } else {
        _ = try HTTPConfiguration.read(
          environment: environment, file: isFile ? path : nil, host: "127.0.0.1", after: .none)
      }
      return []
    } catch {
      return error.all
    }
  }
}
