internal import Auth
private import JWT

/// Reads settings from the environment and collects all that is wrong, so that one run shows it all.
package struct EnvironmentReader {
  private var variables: [String: String]
  package private(set) var errors: [ConfigurationError] = []
  /// Sentences for the person who starts the server.
  package private(set) var warnings: [String] = []

  /// The real environment wins over `file`, a path of a `.env`.
  package init(environment: [String: String], file: String?) {
    variables = environment
    guard let file else { return }
    guard let content = read(file, for: "--env-file") else { return }
    do throws(EnvironmentFile.InvalidLine) {
      variables.merge(try EnvironmentFile.parse(content.lines)) { real, _ in real }
    } catch {
      errors.append(.invalidLine(path: file, line: error.number))
    }
  }

  package mutating func report(_ error: ConfigurationError) { errors.append(error) }

  package mutating func warn(_ sentence: String) { warnings.append(sentence) }

  /// The value of a variable that knows a few words; anything else is an error, never the default
  /// (ASVS 16.5.3: a typing mistake must not open the door).
  package mutating func choice<Value: RawRepresentable<String> & CaseIterable>(
    _ variable: String, default fallback: Value
  ) -> Value {
    guard let text = variables[variable] else { return fallback }
    guard let value = Value(rawValue: text) else {
      errors.append(.notOneOf(variable: variable, allowed: Value.allCases.map(\.rawValue)))
      return fallback
    }
    return value
  }

  package mutating func flag(_ variable: String, default fallback: Bool) -> Bool {
    enum Flag: String, CaseIterable { case `true`, `false` }
    return choice(variable, default: fallback ? Flag.true : .false) == .true
  }

  /// A secret from the variable itself or from the file that `variable_FILE` names, never from both.
  package mutating func secret(_ variable: String) -> SecretSource? {
    switch (variables[variable], variables["\(variable)_FILE"]) {
    case (nil, nil): return nil
    case (_?, _?):
      errors.append(.bothSet(variable: variable))
      return nil
    case (let value?, nil):
      return SecretSource(variable: variable, path: nil, secret: Secret(value))
    case (nil, let path?):
      guard let file = read(path, for: "\(variable)_FILE") else { return nil }
      return SecretSource(
        variable: "\(variable)_FILE", path: path, secret: Secret(String(file.lines.first ?? "")))
    }
  }

  /// A time such as `90s`, `15m`, `1h` or `7d`, in milliseconds.
  package mutating func duration(
    _ variable: String, default fallback: String, from minimum: Int, to maximum: String
  )
    -> Int
  {
    let text = variables[variable] ?? fallback
    guard let value = milliseconds(text), let most = milliseconds(maximum),
      minimum...most ~= value
    else {
      errors.append(.invalidDuration(variable: variable, maximum: maximum))
      return 0
    }
    return value
  }

  private func milliseconds(_ text: String) -> Int? {
    let units: [Character: Int] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
    guard let unit = text.last.flatMap({ units[$0] }), text.utf8.count <= 10,
      text.utf8.dropLast().allSatisfy({ 0x30...0x39 ~= $0 }), let count = Int(text.dropLast())
    else { return nil }
    return count * unit * 1000
  }

  /// The text of a variable; `nil` where it is not set.
  package func text(_ variable: String) -> String? { variables[variable] }

  /// What stands between commas, without the spaces around it; a variable that is empty is no list.
  package func list(_ variable: String) -> [String] {
    guard let text = variables[variable], !text.isEmpty else { return [] }
    return text.split(separator: ",", omittingEmptySubsequences: false).map { part in
      var part = part.drop { $0 == " " }
      while part.last == " " { part.removeLast() }
      return String(part)
    }
  }

  /// A whole number.
  package mutating func number(
    _ variable: String, default fallback: Int, in range: ClosedRange<Int>
  )
    -> Int
  {
    guard let text = variables[variable] else { return fallback }
    guard text.utf8.allSatisfy({ 0x30...0x39 ~= $0 }), let value = Int(text), range ~= value else {
      errors.append(.invalidNumber(variable: variable, range: range))
      return fallback
    }
    return value
  }

  /// A short text.
  package mutating func name(_ variable: String, default fallback: String) -> String {
    let text = variables[variable] ?? fallback
    if !Claims.isName(text) { errors.append(.invalidName(variable: variable)) }
    return text
  }

  /// The file that a variable names; where it is a secret, nobody else should read it.
  package mutating func file(
    _ variable: String, isSecret: Bool = false, maximumLength: Int = SecretFile.maximumLength
  ) -> (path: String, file: SecretFile)? {
    guard let path = variables[variable] else { return nil }
    return read(path, for: variable, isSecret: isSecret, maximumLength).map { (path, $0) }
  }

  private mutating func read(
    _ path: String, for variable: String, isSecret: Bool = true,
    _ maximumLength: Int = SecretFile.maximumLength
  ) -> SecretFile? {
    do throws(SecretFile.Failure) {
      let file = try SecretFile(path: path, maximumLength: maximumLength)
      if isSecret, file.isReadableByOthers {
        warn("\(variable): others than its owner may read the file; chmod 600 mends that")
      }
      return file
    } catch {
      switch error {
      case .unreadable: errors.append(.unreadableFile(variable: variable, path: path))
      case .tooLarge: errors.append(.fileTooLarge(variable: variable, path: path))
      case .notUTF8: errors.append(.fileNotUTF8(variable: variable, path: path))
      }
      return nil
    }
  }
}
