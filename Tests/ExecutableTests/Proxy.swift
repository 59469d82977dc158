import Foundation
import Testing
import TestSupport

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// A third-party proxy, run by the user of the tests with the file under `examples/`. Only ports
/// and paths are changed.
final class Proxy {
  enum Kind: String, CaseIterable, Sendable {
    case nginx, caddy, haproxy

    /// The path of the program. Debian installs two of them where only root's PATH looks.
    var path: String? {
      let folders = ProcessInfo.processInfo.environment["PATH"]?.split(separator: ":") ?? []
      return (folders + ["/usr/sbin", "/usr/local/sbin"]).map { "\($0)/\(rawValue)" }
        .first { FileManager.default.isExecutableFile(atPath: $0) }
    }
  }

  static var areThere: Bool { Kind.allCases.allSatisfy { $0.path != nil } }
  static let hint = "no nginx, Caddy or HAProxy: scripts/setup.sh proxies installs them"

  let port: Int
  /// It ends before its folder goes.
  private let program: ChildProgram
  private let folder: TemporaryFolder

  /// - Parameter isEncrypted: whether the proxy uses TLS. Without TLS the test can send exact
  ///   bytes.
  convenience init(_ kind: Kind, before server: HTTPProcess, isEncrypted: Bool = true) throws {
    try self.init(
      kind, at: try HTTPSocket.freePort(), before: server.port, isEncrypted: isEncrypted)
  }

  /// - Parameter server: the port of the server behind the proxy.
  init(_ kind: Kind, at port: Int, before server: Int, isEncrypted: Bool = true) throws {
    folder = try TemporaryFolder()
    self.port = port
    let certificate = try Certificate.shared.get()
    let arguments =
      switch kind {
      case .nginx:
        ["-p", folder.url.path, "-e", "stderr", "-c", try Self.writeNginx(in: folder)]
      case .caddy: ["run", "--adapter", "caddyfile", "--config", folder.path("Caddyfile")]
      case .haproxy: ["-db", "-f", folder.path("haproxy.cfg")]
      }
    try Self.write(
      kind, in: folder, port: port, server: server, certificate: certificate,
      isEncrypted: isEncrypted)
    let errors = folder.url.appending(path: "errors")
    try Data().write(to: errors)
    let log = try FileHandle(forWritingTo: errors)
    defer { try? log.close() }
    program = try ChildProgram(
      ["sh", "-c", #"cd "$0" && exec "$@""#, folder.url.path, try #require(kind.path)] + arguments,
      variables: ["HOME": folder.url.path, "PATH": "/usr/sbin:/usr/bin:/bin"], output: .nowhere,
      errors: .descriptor(log.fileDescriptor))
    // The proxy does not report that it listens, so try to connect.
    while (try? HTTPSocket(port: port)) == nil {
      guard program.isRunning else {
        throw Ended(log: try String(contentsOf: errors, encoding: .utf8))
      }
      usleep(5000)
    }
  }

  struct Ended: Error { let log: String }

  /// The log, once it contains `text`.
  func log(with text: String) throws -> String {
    for _ in 0..<10_000 {
      let log = ["access.log", "errors"]
        .map { (try? String(contentsOfFile: folder.path($0), encoding: .utf8)) ?? "" }.joined()
      if log.contains(text) { return log }
      usleep(5000)
    }
    throw ServerProcess.Silence()
  }

  // MARK: The examples, with other ports and paths

  private static func write(
    _ kind: Kind, in folder: TemporaryFolder, port: Int, server: Int, certificate: TemporaryFolder,
    isEncrypted: Bool
  ) throws {
    let (cert, key) = (certificate.path("cert.pem"), certificate.path("key.pem"))
    let upstream = ("127.0.0.1:8080", "127.0.0.1:\(server)")
    switch kind {
    case .nginx:
      try rewrite(
        "nginx/calculator.conf", to: "calculator.conf", in: folder,
        [
          upstream, ("listen 443 ssl;", "listen 127.0.0.1:\(port)\(isEncrypted ? " ssl" : "");"),
          ("/etc/ssl/calculator/cert.pem", cert), ("/etc/ssl/calculator/key.pem", key),
          ("/var/log/nginx/calculator.log", folder.path("access.log")),
        ])
    case .caddy:
      let tls = isEncrypted ? "tls \(cert) \(key)" : ""
      try rewrite(
        "caddy/Caddyfile", to: "Caddyfile", in: folder,
        [
          upstream,
          ("\ncalculator.example {", "\n\(isEncrypted ? "https" : "http")://localhost:\(port) {"),
          // Two instances on one machine must not share these.
          (
            "\n{\n",
            "\n{\nadmin off\nauto_https disable_redirects\nstorage file_system \(folder.path("caddy"))\n"
          ), ("# tls /etc/ssl/calculator/cert.pem /etc/ssl/calculator/key.pem", tls),
          ("/var/log/caddy/calculator.log", folder.path("access.log")),
        ])
    case .haproxy:
      let both = try [cert, key].map { try String(contentsOfFile: $0, encoding: .utf8) }.joined()
      let pem = try folder.write("both.pem", both)
      try rewrite(
        "haproxy/haproxy.cfg", to: "haproxy.cfg", in: folder,
        [
          upstream, ("log /dev/log local0", "log stderr format raw local0"),
          (
            "bind :443 ssl crt /etc/ssl/calculator/both.pem",
            "bind 127.0.0.1:\(port)" + (isEncrypted ? " ssl crt \(pem)" : "")
          ),
        ])
    }
  }

  private static func rewrite(
    _ example: String, to name: String, in folder: TemporaryFolder, _ changes: [(String, String)]
  ) throws {
    var text = try String(
      contentsOf: Repository.root.appending(path: "examples/\(example)"), encoding: .utf8)
    for (old, new) in changes {
      try #require(text.ranges(of: old).count == 1, "\(example) should have once: \(old)")
      text = text.replacing(old, with: new)
    }
    try folder.write(name, text)
  }

  /// The `nginx.conf` of a distribution, which includes the files of `conf.d`.
  private static func writeNginx(in folder: TemporaryFolder) throws -> String {
    let paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
      .map { "\($0)_temp_path \(folder.path($0));" }
    return try folder.write(
      "nginx.conf",
      """
      daemon off; master_process off; pid \(folder.path("pid")); error_log stderr;
      events {}
      http { \(paths.joined(separator: " ")) include \(folder.path("calculator.conf")); }
      """)
  }
}
