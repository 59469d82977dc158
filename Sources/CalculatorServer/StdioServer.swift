private import Auth
private import MCP
private import StdioTransport

/// A server over stdio without its command line: configuration in, exit status out.
package struct StdioServer<Service: StdioService> {
  private let environment: [String: String]
  private let environmentFile: String?
  private let errors = StandardErrorSink()

  /// - Parameter environment: the variables of the process.
  package init(_: Service.Type, environment: [String: String], environmentFile: String?) {
    self.environment = environment
    self.environmentFile = environmentFile
  }

  /// Serves until the client is gone. Configuration errors go to standard error, a line each.
  /// - Returns: the exit status of the process.
  package func run() -> Int32 {
    let configuration: Service.Configuration
    do throws(ConfigurationErrors) {
      configuration = try read()
    } catch {
      for problem in error.all {
        errors.write(Array("\(Service.name): \(problem.description)\n".utf8))
      }
      errors.flush()
      return ConfigurationError.exitStatus
    }

    let errors = errors
    let log = Log(level: configuration.logLevel, now: Timestamp.now, write: { errors.write($0) })
    for warning in configuration.warnings { log.notice(warning) }

    let service = Service(configuration, audit: AuditLog(log))
    let pipeline = service.pipeline
    var conversation = Conversation()
    var transport = StdioTransport(errors: errors)
    transport.run(reload: { reload(service, log) }) { line in
      switch line {
      case .tooLong: pipeline.answerTooLong(limit: LineFramer.maximumLength)
      case .complete(let message): pipeline.answer(message, in: &conversation)
      }
    }
    return 0
  }

  private func read() throws(ConfigurationErrors) -> Service.Configuration {
    try Service.Configuration.read(environment: environment, file: environmentFile)
  }

  /// SIGHUP: reads the files again. What cannot be read leaves the old in force.
  private func reload(_ service: Service, _ log: Log) {
    do throws(ConfigurationErrors) {
      log.notice("SIGHUP: \(service.reload(try read()))")
    } catch {
      for problem in error.all {
        log.notice("SIGHUP: kept the old keys: \(problem.description)")
      }
    }
  }
}
