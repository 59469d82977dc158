import Foundation
import Testing
import TestSupport

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Headless Chromium, and a page that Python serves to it.
///
/// Every name resolves to this machine, so the page can have any origin.
final class Browser {
  static var path: String? {
    let folders = ProcessInfo.processInfo.environment["PATH"]?.components(separatedBy: ":") ?? []
    let names = ["chromium", "chromium-browser", "google-chrome"]
    let apps = ["Chromium", "Google Chrome"].map { "/Applications/\($0).app/Contents/MacOS/\($0)" }
    return (folders.flatMap { folder in names.map { "\(folder)/\($0)" } } + apps)
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }
  static var isThere: Bool { path != nil }
  static let hint = "no Chromium: scripts/setup.sh browser installs it"

  let port: Int
  /// It ends before its folder goes.
  private let program: ChildProgram
  private let folder: TemporaryFolder

  /// - Parameter script: the script of the page. It returns a text.
  init(script: String) throws {
    folder = try TemporaryFolder()
    port = try HTTPSocket.freePort()
    try folder.write(
      "page.html",
      """
      <!doctype html><meta charset="utf-8"><pre id="out">nothing</pre>
      <script>
      (async () => { \(script) })().then(
        (text) => { document.getElementById("out").textContent = "[" + text + "]"; },
        (error) => { document.getElementById("out").textContent = "[" + error + "]"; });
      </script>
      """)
    program = try ChildProgram(
      [
        "python3", "-m", "http.server", "--bind", "127.0.0.1", "--directory", folder.url.path,
        String(port),
      ], output: .nowhere)
    while (try? HTTPSocket(port: port)) == nil {
      try #require(program.isRunning)
      usleep(5000)
    }
  }

  /// The final text of the page of `host`.
  func run(at host: String, query: String) throws -> String {
    let result = try Self.open("http://\(host):\(port)/page.html?\(query)")
    let match = result.page.firstMatch(of: /(?s)<pre id="out">\[(.*?)\]<\/pre>/)
    return match.map { String($0.1) } ?? result.page + result.errors
  }

  /// The page at `url` after it has loaded, and the errors that the browser reports.
  static func open(_ url: String) throws -> (page: String, errors: String) {
    let profile = try TemporaryFolder()
    let errors = profile.url.appending(path: "errors")
    try Data().write(to: errors)
    let log = try FileHandle(forWritingTo: errors)
    defer { try? log.close() }
    // The clock of the page stops while a request is in progress, so the budget does not depend on
    // the speed of the machine.
    let program = try ChildProgram(
      [try #require(path)] + (getuid() == 0 ? ["--no-sandbox"] : []) + [
        "--headless", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
        "--no-proxy-server", "--user-data-dir=\(profile.url.path)", "--enable-logging=stderr",
        "--host-resolver-rules=MAP * 127.0.0.1", "--virtual-time-budget=60000", "--dump-dom", url,
      ], errors: .descriptor(log.fileDescriptor))
    let page = program.readToEnd()
    _ = program.wait()
    return (String(decoding: page, as: UTF8.self), try String(contentsOf: errors, encoding: .utf8))
  }
}
