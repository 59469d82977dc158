import Foundation
import TestSupport
import Testing

/// The examples for Docker, Kubernetes and systemd: the server starts with their settings and
/// answers their probe.
struct DeploymentExampleTests {
  struct Deployment: CustomTestStringConvertible, Sendable {
    let file: String
    /// The settings of the example, each as name and value.
    let settings: @Sendable (String) -> [(String, String)]
    /// The command line, in any form that the file may have.
    let command: String
    let probe: String
    var server: String { file.contains("oauth") ? "CalculatorOAuth" : "CalculatorHTTP" }
    var testDescription: String { file }
  }

  static let deployments =
    ["", "-oauth"].flatMap { suffix in
      [
        Deployment(
          file: "docker/compose\(suffix).yaml",
          settings: { text in
            text.matches(of: /(?m)^ {6}([A-Z_]+): "?([^"\n]+?)"?$/)
              .map { (String($0.1), String($0.2)) }
          }, command: "image: calculator\(suffix)", probe: "127.0.0.1:8080:8080"),
        Deployment(
          file: "kubernetes/calculator\(suffix).yaml",
          settings: { text in
            text.matches(of: /- name: ([A-Z_]+)\n +value: (.+)/).map {
              (String($0.1), String($0.2))
            }
          }, command: #"args: ["--host", "0.0.0.0", "--port", "8080"]"#,
          probe: "httpGet: { path: /healthz, port: http }"),
      ]
    } + [
      Deployment(
        file: "docker/Dockerfile", settings: { _ in [("CALCULATOR_ALLOW_PLAINTEXT", "true")] },
        command:
          #"ENTRYPOINT ["/usr/local/bin/calculator-server", "--host", "0.0.0.0", "--port", "8080"]"#,
        probe: "http://127.0.0.1:8080/healthz")
    ]
    + ["HTTP", "OAuth"].map { kind in
      Deployment(
        file: "systemd/calculator-\(kind.lowercased()).service",
        settings: { text in
          text.matches(of: /(?m)^Environment=([A-Z_]+)=(.+)$/).map { (String($0.1), String($0.2)) }
        },
        command: "ExecStart=/usr/local/bin/Calculator\(kind) --host 127.0.0.1 --port 8080",
        probe: "http://127.0.0.1:8080/healthz")
    }

  @Test(arguments: deployments)
  func startsAndAnswersTheProbe(_ deployment: Deployment) throws {
    let path = Repository.root.appending(path: "examples/\(deployment.file)")
    let text = try String(contentsOf: path, encoding: .utf8)
    #expect(text.contains(deployment.command))
    #expect(text.contains(deployment.probe))
    let folder = try TemporaryFolder()
    var environment = Dictionary(deployment.settings(text)) { $1 }
    #expect(!environment.isEmpty)
    if deployment.server == "CalculatorHTTP" {
      environment["CALCULATOR_API_KEY_FILE"] = try folder.write("api-key", HTTPProcess.key + "\n")
    } else {
      // Nobody listens there, so the test sends nothing to the provider.
      environment["CALCULATOR_OAUTH_PROXY"] = "http://127.0.0.1:9"
    }
    let host = deployment.command.contains("127.0.0.1") ? "127.0.0.1" : "0.0.0.0"
    let port = try HTTPSocket.freePort()
    let server = try ServerProcess(
      deployment.server, arguments: ["--host", host, "--port", "\(port)"], environment: environment)
    #expect(try server.readLine()?.hasPrefix("Listening at http") == true)
    let probe = try HTTPSocket(port: port)
    // Like kubelet: with the address of the pod as `Host`.
    probe.send("GET /healthz HTTP/1.1\r\nHost: 10.1.2.3:8080\r\nConnection: close\r\n\r\n")
    #expect(try probe.response()?.status == 200)
  }

  /// Which server is in the image is an argument of the build.
  @Test func theImageHasTheServerOfTheBuildArgument() throws {
    let folder = Repository.root.appending(path: "examples/docker")
    let text = try String(contentsOf: folder.appending(path: "Dockerfile"), encoding: .utf8)
    #expect(text.contains("ARG SERVER=CalculatorHTTP\n"))
    #expect(text.contains(".build/dist/${SERVER} /usr/local/bin/calculator-server\n"))
    #expect(text.contains("--build-arg SERVER=CalculatorOAuth --tag calculator-oauth "))
  }

  /// Every setting that an example names is one of the server's.
  @Test(arguments: deployments)
  func namesSettingsThatExist(_ deployment: Deployment) throws {
    let path = Repository.root.appending(path: "examples/\(deployment.file)")
    let text = try String(contentsOf: path, encoding: .utf8)
    let help = try Command.run(try ServerProcess.path(of: deployment.server), ["--help"]).output
    for (name, _) in deployment.settings(text) {
      #expect(help.contains(name.hasSuffix("_FILE") ? String(name.dropLast(5)) : name))
    }
  }
}
