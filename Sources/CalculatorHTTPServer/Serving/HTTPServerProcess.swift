#if canImport(Darwin)
  private import Darwin
#elseif canImport(Musl)
  private import Musl
#else
  private import Glibc
#endif

private import Auth
private import CalculatorServer
private import HTTPTransport
private import Support

/// A server over HTTP without its command line: configuration in, exit status out.
package struct HTTPServerProcess: Sendable {
  /// `EX_OSERR` of sysexits.h: the address could not be had.
  private static let cannotListen: Int32 = 71

  private let environment: [String: String]
  private let environmentFile: String?
  private let host: String
  private let port: Int
  private let errors = LogWriter()

  /// - Parameter environment: the variables of the process.
  package init(environment: [String: String], environmentFile: String?, host: String, port: Int) {
    self.environment = environment
    self.environmentFile = environmentFile
    self.host = host
    self.port = port
  }

  /// Serves until a signal ends it. Once it listens, standard output says where.
  /// - Returns: the exit status of the process.
  package func run() async -> Int32 {
    defer { errors.finish() }
    let configuration: HTTPConfiguration
    do throws(ConfigurationErrors) {
      configuration = try read()
    } catch {
      for problem in error.all { tell(problem.description) }
      return ConfigurationError.exitStatus
    }
    let errors = errors
    let log = Log(level: configuration.logLevel, now: Timestamp.now, write: { errors.write($0) })
    for warning in configuration.warnings { log.notice(warning) }

    let service = HTTPService(configuration, audit: AuditLog(log))
    let signals = Signals()
    let server = service.makeServer(
      threads: configuration.threads, now: { Timestamp.now().milliseconds / 1000 })
    do throws(HTTPServerError) {
      let port = try await server.start(host: host, port: port)
      print("Listening at \(configuration.address(at: host, port))")
      fflush(nil)  // a pipe or a file would see it only at the end
    } catch {
      switch error {
      case .cannotListen(let reason):
        tell("cannot listen at \(host) port \(port): \(reason); see --host and --port")
      }
      return Self.cannotListen
    }
    for await signal in signals.stream {
      guard signal == .reload else { break }
      reload(service, log)
    }
    await server.shutDown()
    return 0
  }

  private func read() throws(ConfigurationErrors) -> HTTPConfiguration {
    try HTTPConfiguration.read(environment: environment, file: environmentFile, host: host)
  }

  /// SIGHUP: reads the files again. What cannot be read leaves the old in force.
  private func reload(_ service: HTTPService, _ log: Log) {
    do throws(ConfigurationErrors) {
      service.reload(try read())
      log.notice("SIGHUP: read credentials, secrets and certificate again")
    } catch {
      for problem in error.all { log.notice("SIGHUP: kept the old: \(problem.description)") }
    }
  }

  private func tell(_ sentence: String) {
    errors.write(Array("\(HTTPService.name): \(sentence)\n".utf8))
  }
}
