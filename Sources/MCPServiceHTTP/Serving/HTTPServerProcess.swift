private import SystemC
private import Auth
package import MCPService
private import HTTPTransport
private import StdioTransport
private import Support

/// A server over HTTP. It takes the configuration and ends the process with an exit status.
package struct HTTPServerProcess: Sendable {
  /// `EX_OSERR` of sysexits.h: the server cannot listen at the address.
  private static let cannotListen: Int32 = 71

  private let definition: ServerDefinition
  private let read: Read
  private let host: String
  private let port: Int
  private let errors = LogWriter()

  /// Reads the configuration. On SIGHUP it gets what the server runs with.
  package typealias Read =
    @Sendable (RunningSettings) throws(ConfigurationErrors) -> HTTPConfiguration

  /// A server with the credentials of `CalculatorHTTP`.
  /// - Parameter environment: the variables of the process.
  package init(
    offering definition: ServerDefinition, environment: Environment, environmentFile: String?,
    host: String, port: Int
  ) {
    self.init(offering: definition, host: host, port: port) { running throws(ConfigurationErrors) in
      try HTTPConfiguration.read(
        environment: environment, file: environmentFile, host: host, after: running)
    }
  }

  /// A server with a configuration of its own.
  package init(
    offering definition: ServerDefinition, host: String, port: Int, read: @escaping Read
  ) {
    self.definition = definition
    self.read = read
    self.host = host
    self.port = port
  }

  /// Serves until SIGTERM or SIGINT, then ends the process with its exit status. Once the server
  /// listens, it prints its URL on standard output.
  ///
  /// This thread waits for signals. The main thread of an `async` main would not block them, and a
  /// signal would end the process.
  package func run() -> Never {
    ProcessSignals.prepare()
    let (signals, continuation) = AsyncStream.makeStream(of: ProcessSignals.Signal.self)
    Task.detached { exit(await serve(signals)) }
    while true { continuation.yield(ProcessSignals.next()) }
  }

  private func serve(_ signals: AsyncStream<ProcessSignals.Signal>) async -> Int32 {
    defer { errors.finish() }
    var configuration: HTTPConfiguration
    do throws(ConfigurationErrors) {
      configuration = try read(.none)
    } catch {
      for problem in error.all { tell(problem.description) }
      return ConfigurationError.exitStatus
    }
    let errors = errors
    let log = Log(level: configuration.logLevel, now: WallTime.now, write: { errors.write($0) })
    for warning in configuration.warnings { log.notice(warning) }

    let service = HTTPService(configuration, offering: definition, audit: AuditLog(log))
    let server = service.makeServer(threads: configuration.threads)
    do throws(HTTPServerError) {
      let port = try await server.start(host: host, port: port)
      print(configuration.announcement(at: host, port))
      fflush(nil)  // output to a pipe or a file is buffered
    } catch {
      switch error {
      case .addressInUse:
        tell(
          "cannot listen at \(host) port \(port): Address already in use; take another port, such as "
            + "\(port == 8081 ? 8082 : 8081)")
      case .cannotListen(let reason):
        tell("cannot listen at \(host) port \(port): \(reason); see --host and --port")
      }
      return Self.cannotListen
    }
    for await signal in signals {
      guard signal == .reload else { break }
      reload(service, &configuration, log)
    }
    await server.shutDown()
    return 0
  }

  /// SIGHUP: reads all settings again. After an error the old ones stay.
  private func reload(
    _ service: HTTPService, _ configuration: inout HTTPConfiguration, _ log: Log
  ) {
    do throws(ConfigurationErrors) {
      let new = try read(configuration.running)
      service.reload(new)
      log.notice(
        new.canReload
          ? "SIGHUP: read credentials, secrets and certificate again"
          : "SIGHUP: nothing to read again; no setting names a file")
      log.reportReload(kept: new.kept, warnings: new.warnings, before: configuration.warnings)
      configuration = new
    } catch {
      for problem in error.all { log.notice("SIGHUP: kept the old: \(problem.description)") }
    }
  }

  private func tell(_ sentence: String) {
    errors.write(Array("\(definition.name): \(sentence)\n".utf8))
  }
}
