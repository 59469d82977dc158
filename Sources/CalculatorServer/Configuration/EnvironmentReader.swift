private import Support
internal import Auth
private import JWT

/// Reads settings from the environment and collects all that is wrong, so that one run shows it all.
///
/// It is longer than most files because it holds every kind of value, each a few lines.
package struct EnvironmentReader {
  /// What is set and applies: only settings of this server, none of them empty.
  private var values = Environment()
  private let running: RunningSettings
  private var completeFiles: Set<String> = []
  package private(set) var errors: [ConfigurationError] = []
  /// Sentences for the person who starts the server.
  package private(set) var warnings: [String] = []
  /// The settings whose new value does not apply before a restart.
  package private(set) var kept: [String] = []

  /// The real environment wins over `file`, a path of a `.env`.
  /// - Parameter running: on SIGHUP, what the server runs with.
  package init(
    _ settings: Settings, environment: Environment, file: String?,
    after running: RunningSettings = .none
  ) {
    self.running = running
    var all = Environment()
    for entry in file.map({ entries(of: $0, settings) }) ?? [] { all.set(entry.name, entry.value) }
    for (name, value) in environment.values.sorted(by: { $0.key < $1.key }) {
      judge(name, value, settings)
      if !value.isEmpty || all.values[name] == nil { all.set(name, value) }
    }
    var read = Environment()
    for (name, setting) in settings.all {
      for variable in settings.variables(of: name) {
        guard let value = all.values[variable] else { continue }
        // An empty variable counts as unset, but where that would open access.
        if !value.isEmpty {
          read.set(variable, value)
        } else if setting.absenceOpensAccess {
          errors.append(.emptyGuard(variable: variable))
        }
      }
    }
    (values, kept) =
      running == .none ? (read, []) : settings.merge(read, over: running.values)
    for variable in settings.variables.sorted() where settings.all[variable]?.isSecret != true {
      guard let value = values.values[variable] else { continue }
      if String(validating: value, as: UTF8.self) == nil {
        errors.append(.notUTF8(variable: variable))
        values.set(variable, nil)
      }
    }
  }

  /// What the next SIGHUP compares with.
  package var snapshot: RunningSettings {
    RunningSettings(values: values, completeFiles: completeFiles)
  }

  package mutating func report(_ error: ConfigurationError) { errors.append(error) }

  package mutating func warn(_ sentence: String) { warnings.append(sentence) }

  /// The value of a variable that knows a few words; anything else is an error, never the default
  /// (ASVS 16.5.3: a typing mistake must not open the door).
  package mutating func choice<Value: RawRepresentable<String> & CaseIterable>(
    _ variable: String, default fallback: Value
  ) -> Value {
    guard let text = text(variable) else { return fallback }
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
    let fileVariable = "\(variable)_FILE"
    let name: String
    let path = text(fileVariable)
    let bytes: [UInt8]
    var assignment = SecretForm.Fault?.none
    switch (values.values[variable], path) {
    case (nil, nil): return nil
    case (_?, _?):
      errors.append(.bothSet(variable: variable))
      return nil
    case (let value?, nil):
      (name, bytes) = (variable, value)
      if Settings.isAssignment(bytes[...]) { assignment = .assignment }
    case (nil, let path?):
      guard let file = read(path, for: fileVariable, .secret) else { return nil }
      (name, bytes) = (fileVariable, Array(file.lines.first ?? []))
      // Its first line may be a comment, which everybody can guess.
      if file.lines.contains(where: Settings.isAssignment) { assignment = .environmentFile }
    }
    do throws(SecretForm.Fault) {  // ATTACKS S19: one rule, wherever a secret comes from
      if let assignment { throw assignment }
      return SecretSource(
        variable: name, path: path, secret: Secret(try SecretForm.text(of: bytes)))
    } catch {
      errors.append(.invalidSecret(variable: name, error))
      return nil
    }
  }

  /// A time such as `90s`, `15m`, `1h` or `7d`, in milliseconds.
  package mutating func duration(
    _ variable: String, default fallback: String, from minimum: Int, to maximum: String
  )
    -> Int
  {
    let text = text(variable) ?? fallback
    guard let value = milliseconds(text), let most = milliseconds(maximum),
      minimum...most ~= value
    else {
      errors.append(.invalidDuration(variable: variable, maximum: maximum))
      return 0
    }
    return value
  }

  private func milliseconds(_ text: String) -> Int? {
    guard let unit = text.utf8.last, let count = Self.digits(text.utf8.dropLast()),
      count <= 1_000_000_000  // with room for the product
    else { return nil }
    let seconds: Int
    switch unit {
    case UInt8(ascii: "s"): seconds = 1
    case UInt8(ascii: "m"): seconds = 60
    case UInt8(ascii: "h"): seconds = 3600
    case UInt8(ascii: "d"): seconds = 86_400
    default: return nil
    }
    return count * seconds * 1000
  }

  /// Decimal digits and nothing else, up to 18 of them.
  private static func digits(_ text: some Collection<UInt8>) -> Int? {
    guard 1...18 ~= text.count, text.allSatisfy({ 0x30...0x39 ~= $0 }) else { return nil }
    return text.reduce(0) { $0 * 10 + Int($1 - 0x30) }
  }

  /// The text of a variable that is no secret; `nil` where it is not set.
  package func text(_ variable: String) -> String? {
    values.values[variable].flatMap { String(validating: $0, as: UTF8.self) }
  }

  /// What stands between commas, without the spaces around it.
  package func list(_ variable: String) -> [String] {
    guard let value = values.values[variable] else { return [] }
    return value.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).map { part in
      var part = part.drop { $0 == UInt8(ascii: " ") }
      while part.last == UInt8(ascii: " ") { part.removeLast() }
      return String(decoding: part, as: UTF8.self)
    }
  }

  /// A whole number.
  package mutating func number(
    _ variable: String, default fallback: Int, in range: ClosedRange<Int>
  )
    -> Int
  {
    guard let text = text(variable) else { return fallback }
    guard let value = Self.digits(text.utf8), range ~= value else {
      errors.append(.invalidNumber(variable: variable, range: range))
      return fallback
    }
    return value
  }

  /// A short text.
  package mutating func name(_ variable: String, default fallback: String) -> String {
    let text = text(variable) ?? fallback
    if !Claims.isName(text) { errors.append(.invalidName(variable: variable)) }
    return text
  }

  /// The file that a variable names.
  package mutating func file(_ variable: String, _ kind: FileKind) -> (
    path: String, file: SecretFile
  )? {
    guard let path = text(variable) else { return nil }
    return read(path, for: variable, kind).map { (path, $0) }
  }

  private mutating func read(_ path: String, for variable: String, _ kind: FileKind) -> SecretFile?
  {
    do throws(SecretFile.Failure) {
      let file = try SecretFile(path: path, maximumLength: kind.maximumLength)
      let others = [
        kind.isSecret && file.isReadableByOthers ? "read" : nil,
        file.isWritableByOthers ? "write" : nil,
      ].compactMap(\.self)
      if !others.isEmpty {  // ATTACKS S17
        let rights = others.joined(separator: " and ")
        warn("\(variable): others than its owner may \(rights) the file; chmod 600 mends that")
      }
      if kind.hasNoEnd {
        // Whoever writes the file anew at this moment may have written a part of a secret.
        if running.completeFiles.contains(path), !file.endsWithLineEnd {
          errors.append(.incompleteFile(variable: variable, path: path))
          return nil
        }
        if file.endsWithLineEnd { completeFiles.insert(path) }
      }
      return file
    } catch {
      switch error {
      case .unreadable: errors.append(.unreadableFile(variable: variable, path: path))
      case .notRegular: errors.append(.notRegularFile(variable: variable, path: path, kind))
      case .tooLarge: errors.append(.fileTooLarge(variable: variable, path: path, kind))
      case .notUTF8: errors.append(.fileNotUTF8(variable: variable, path: path, kind))
      }
      return nil
    }
  }

  // MARK: Names

  /// The lines of a `.env` file, without those that are for another server. Only settings may stand
  /// there: a misspelled name would leave its protection off.
  private mutating func entries(of path: String, _ settings: Settings) -> [EnvironmentFile.Entry] {
    guard let file = read(path, for: "--env-file", .environment) else { return [] }
    do throws(EnvironmentFile.InvalidLine) {
      let entries = try EnvironmentFile.parse(file.lines)
      var lines: [String: Int] = [:]
      for entry in entries {
        if let first = lines[entry.name] {  // ATTACKS S22
          errors.append(.repeatedInFile(path: path, line: entry.line, first: first))
        } else {
          lines[entry.name] = entry.line
        }
        switch UnknownSetting(entry.name, value: entry.value, for: settings) {
        case nil: break
        case .misspelled(let nearest):
          errors.append(
            .misspelledInFile(
              path: path, line: entry.line, name: entry.name, nearest: nearest))
        case .notice, .foreign: errors.append(.unknownInFile(path: path, line: entry.line))
        }
      }
      return entries
    } catch {
      errors.append(.invalidLine(path: path, line: error.number))
      return []
    }
  }

  /// A variable of the environment, where others have theirs too.
  private mutating func judge(_ name: String, _ value: [UInt8], _ settings: Settings) {
    switch UnknownSetting(name, value: value, for: settings) {
    case nil, .foreign: break
    case .misspelled(let nearest):
      errors.append(.misspelledVariable(name: name, nearest: nearest))
    case .notice: warn("\(name) is not a setting of this server; it has no effect")
    }
  }
}
