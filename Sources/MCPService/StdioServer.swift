private import Support
private import Auth
private import MCP
private import StdioTransport

/// A server over stdio. It takes the configuration and returns the exit status.
package struct StdioServer<Service: StdioService> {
  private let definition: ServerDefinition
  private let environment: Environment
  private let environmentFile: String?
  private let errors = StandardErrorSink()

  /// - Parameter environment: the variables of the process.
  package init(
    _: Service.Type, offering definition: ServerDefinition, environment: Environment,
    environmentFile: String?
  ) {
    self.definition = definition
    self.environment = environment
    self.environmentFile = environmentFile
  }

  /// Serves until the client closes the connection. Writes configuration errors to standard error,
  /// one line each.
  /// - Returns: the exit status of the process.
  package func run() async -> Int32 {
    defer { errors.finish() }
    var configuration: Service.Configuration
    do throws(ConfigurationErrors) {
      configuration = try read(after: .none)
    } catch {
      for problem in error.all { tell(problem.description) }
      return ConfigurationError.exitStatus
    }

    let errors = errors
    let log = Log(level: configuration.logLevel, now: WallTime.now, write: { errors.write($0) })
    for warning in configuration.warnings { log.notice(warning) }
    if StdioTransport.isTerminal {
      tell(
        "waiting for JSON-RPC lines, as an MCP client sends them; put this command into a client's "
          + "configuration, or end with Ctrl-D")
    }

    let audit = AuditLog(log)
    var service = Service(configuration, offering: definition, audit: audit)
    var session = Session()
    var transport = StdioTransport(errors: errors)
    await transport.run(reload: { reload(&service, &configuration, audit, log) }) { line in
      switch line {
      case .tooLong: service.pipeline.answerTooLong(limit: LineFramer.maximumLength)
      case .complete(let message): await service.pipeline.answer(message, in: &session)
      }
    }
    return 0
  }

  private func read(after running: RunningSettings) throws(ConfigurationErrors)
    -> Service.Configuration
  {
    try Service.Configuration.read(environment: environment, file: environmentFile, after: running)
  }

  /// SIGHUP: reads all settings again. After an error the old ones stay.
  private func reload(
    _ service: inout Service, _ configuration: inout Service.Configuration, _ audit: AuditLog,
    _ log: Log
  ) {
    do throws(ConfigurationErrors) {
      let new = try read(after: configuration.running)
      log.notice("SIGHUP: \(service.reload(new, audit: audit))")
      log.reportReload(kept: new.kept, warnings: new.warnings, before: configuration.warnings)
      configuration = new
    } catch {
      for problem in error.all {
        log.notice("SIGHUP: kept the old keys: \(problem.description)")
      }
    }
  }

  private func tell(_ sentence: String) {
    errors.write(Array("\(definition.name): \(sentence)\n".utf8))
  }
}

extension Log {
  /// Reports, after SIGHUP, which settings need a restart and which warnings are new.
  package func reportReload(kept: [String], warnings: [String], before: [String]) {
    for name in kept {  // ATTACKS G1
      notice("SIGHUP: \(name) keeps its old value until a restart")
    }
    for warning in warnings where !before.contains(warning) { notice(warning) }
  }
}
