package import Auth
private import MCP
package import StdioTransport

/// `CalculatorStdio` without its command line: configuration in, exit status out.
package struct StdioServer {
  private let environment: [String: String]
  private let environmentFile: String?
  private let errors: StandardErrorSink

  /// - Parameter environment: the variables of the process.
  package init(
    environment: [String: String], environmentFile: String?,
    errors: StandardErrorSink = StandardErrorSink()
  ) {
    self.environment = environment
    self.environmentFile = environmentFile
    self.errors = errors
  }

  /// Serves until the client is gone. Configuration errors go to standard error, a line each.
  /// - Returns: the exit status of the process.
  package func run() -> Int32 {
    let configuration: StdioConfiguration
    do throws(ConfigurationErrors) {
      configuration = try read()
    } catch {
      for problem in error.all {
        errors.write(Array("CalculatorStdio: \(problem.description)\n".utf8))
      }
      errors.flush()
      return ConfigurationError.exitStatus
    }

    let errors = errors
    let log = Log(level: configuration.logLevel, now: Timestamp.now, write: { errors.write($0) })
    for warning in configuration.warnings { log.notice(warning) }

    let keys = APIKeyAuthenticator(keys: configuration.keys)
    let pipeline = Pipeline(configuration, keys: keys, audit: AuditLog(log))
    var conversation = Conversation()
    var transport = StdioTransport(errors: errors)
    transport.run(reload: { reload(keys, log) }) { line in
      switch line {
      case .tooLong: pipeline.answerTooLong(limit: LineFramer.maximumLength)
      case .complete(let message): pipeline.answer(message, in: &conversation)
      }
    }
    return 0
  }

  private func read() throws(ConfigurationErrors) -> StdioConfiguration {
    try StdioConfiguration.read(environment: environment, file: environmentFile)
  }

  /// SIGHUP: reads the key file again. Keys that cannot be read leave the old ones in force.
  private func reload(_ keys: APIKeyAuthenticator, _ log: Log) {
    do throws(ConfigurationErrors) {
      let new = try read()
      guard new.canReload else {
        return log.notice("SIGHUP: nothing to read again; keys come from a file only with _FILE")
      }
      keys.replaceKeys(with: new.keys)
      log.notice("SIGHUP: read \(new.keys.count) key(s) again")
    } catch {
      for problem in error.all {
        log.notice("SIGHUP: kept the old keys: \(problem.description)")
      }
    }
  }
}

extension Pipeline {
  package init(
    _ configuration: StdioConfiguration, keys: APIKeyAuthenticator, audit: AuditLog
  ) {
    var authenticators: [any Authenticator<PresentedToken>] = []
    // An open server that has keys still refuses a wrong one: its sender meant to be known.
    if !configuration.keys.isEmpty { authenticators.append(keys) }
    if !configuration.requiresAuthentication {
      authenticators.append(GuestAuthenticator(role: .advanced))
    }
    self.init(
      info: ServerInfo(
        name: "calculator-stdio", title: "Calculator", version: calculatorVersion,
        instructions: "Exact decimal arithmetic. Numbers go in and come out as JSON numbers."),
      tools: CalculatorTools.all(
        slot: .apiKey, requiresCredential: configuration.requiresAuthentication),
      slot: .apiKey, authenticators: authenticators, audit: audit)
  }
}
