private import Support
internal import Auth

/// Reads settings from the environment, and collects every error, so that one run shows all of them.
///
/// The file is longer than most: it also reads files and judges names.
package struct EnvironmentReader {
  /// The values that apply: only settings of this server, and no empty value.
  private var values = Environment()
  private let settings: Settings
  private let running: RunningSettings
  private var completeFiles: Set<String> = []
  /// Whether SIGHUP has a file to read again.
  package private(set) var hasFiles: Bool
  package private(set) var errors: [ConfigurationError] = []
  /// For the log.
  package private(set) var warnings: [String] = []
  /// The settings whose new value does not apply before a restart.
  package private(set) var kept: [String] = []

  /// The real environment wins over `file`, a path of a `.env`.
  /// - Parameter running: on SIGHUP, what the server runs with.
  package init(
    _ settings: Settings, environment: Environment, file: String?,
    after running: RunningSettings = .none
  ) {
    self.settings = settings
    self.running = running
    hasFiles = file != nil
    var all = Environment()
    for entry in file.map({ entries(of: $0, settings) }) ?? [] { all.set(entry.name, entry.value) }
    for (name, value) in environment.values.sorted(by: { $0.key < $1.key }) {
      judge(name, value, settings)
      if !value.isEmpty || all.values[name] == nil { all.set(name, value) }
    }
    for setting in settings.refused {
      for variable in setting.variables {
        guard let value = all.values[variable], !value.isEmpty,
          setting.fallback != .value(String(decoding: value, as: UTF8.self))
        else { continue }
        errors.append(.refused(variable: variable, by: settings.executable))
      }
    }
    var read = Environment()
    for setting in settings.all {
      for variable in setting.variables {
        guard let value = all.values[variable] else { continue }
        // An empty variable counts as unset, unless that would open access.
        if !value.isEmpty {
          read.set(variable, value)
        } else if setting.absenceOpensAccess {
          errors.append(.emptyGuard(variable: variable))
        }
      }
    }
    (values, kept) =
      running == .none ? (read, []) : settings.merge(read, over: running.values)
    let secrets = Set(settings.all.filter(\.isSecret).map(\.name))
    for variable in settings.variables.sorted() where !secrets.contains(variable) {
      guard let value = values.values[variable] else { continue }
      if String(validating: value, as: UTF8.self) == nil {
        errors.append(.notUTF8(variable: variable))
        values.set(variable, nil)
      }
    }
  }

  /// The values that the next SIGHUP compares with.
  package var snapshot: RunningSettings {
    RunningSettings(values: values, completeFiles: completeFiles)
  }

  package mutating func report(_ error: ConfigurationError) { errors.append(error) }

  package mutating func warn(_ sentence: String) { warnings.append(sentence) }

  package func isSet(_ setting: SettingDeclaration) -> Bool {
    setting.variables.contains { values.values[$0] != nil }
  }

  /// The value of a setting; its default if it is not set, or if an error was reported.
  package mutating func value<Value>(_ setting: Setting<Value>) -> Value {
    guard let text = text(setting.name) else { return setting.fallback }
    do throws(ConfigurationError) {
      return try setting.value(of: text)
    } catch {
      errors.append(error)
      return setting.fallback
    }
  }

  /// The items of a list. If one of them has no value, an error is reported.
  package mutating func list<Item>(_ setting: Setting<[String]>, of item: (String) -> Item?)
    -> [Item]
  {
    let items = value(setting).map(item)
    if items.contains(where: { $0 == nil }) {
      errors.append(.invalidValue(of: setting.declaration))
    }
    return items.compactMap(\.self)
  }

  /// The text of a setting; `nil` if it is not set or not valid. Then an error is reported.
  package mutating func optional(_ setting: Setting<String?>, isValid: (String) -> Bool) -> String?
  {
    guard let text = value(setting) else { return nil }
    if isValid(text) { return text }
    reportInvalid(setting)
    return nil
  }

  /// Reports a value that does not have the form of its setting.
  package mutating func reportInvalid(_ setting: Setting<String?>) {
    // The table of this server says whether it needs the setting.
    let declaration = settings.all.first { $0.name == setting.name } ?? setting.declaration
    errors.append(.invalidValue(of: declaration))
  }

  /// A secret from its variable or from the file that the `_FILE` variable names, never from both.
  package mutating func secret(_ setting: SecretSetting) -> SecretSource? {
    let fileVariable = setting.declaration.fileVariable ?? setting.name
    let name: String
    let path = text(fileVariable)
    let bytes: [UInt8]
    var assignment = SecretForm.Fault?.none
    switch (values.values[setting.name], path) {
    case (nil, nil): return nil
    case (_?, _?):
      errors.append(.exclusive(setting.name, fileVariable))
      return nil
    case (let value?, nil):
      (name, bytes) = (setting.name, value)
      if Settings.isAssignment(bytes[...]) { assignment = .assignment }
    case (nil, let path?):
      guard let file = read(path, for: fileVariable, .secret) else { return nil }
      (name, bytes) = (fileVariable, Array(file.lines.first ?? []))
      // Its first line may be a comment, which everybody can guess.
      if file.lines.contains(where: Settings.isAssignment) { assignment = .environmentFile }
    }
    do throws(SecretForm.Fault) {  // ATTACKS S19: one rule for every source of a secret
      if let assignment { throw assignment }
      return SecretSource(
        variable: name, path: path, secret: Secret(try SecretForm.text(of: bytes)))
    } catch {
      errors.append(.invalidSecret(variable: name, error))
      return nil
    }
  }

  /// The file that a setting names.
  package mutating func file(_ setting: FileSetting) -> (path: String, file: SecretFile)? {
    guard let path = text(setting.name) else { return nil }
    if setting.kind.isJSON, path.utf8.first == UInt8(ascii: "{") {
      errors.append(.contentsForPath(variable: setting.name))
      return nil
    }
    return read(path, for: setting.name, setting.kind).map { (path, $0) }
  }

  /// The text of a variable that is not a secret.
  private func text(_ variable: String) -> String? {
    values.values[variable].flatMap { String(validating: $0, as: UTF8.self) }
  }

  // MARK: Files

  private mutating func read(_ path: String, for variable: String, _ kind: FileKind) -> SecretFile?
  {
    hasFiles = true
    do throws(SecretFile.Failure) {
      let file = try SecretFile(path: path, maximumLength: kind.maximumLength)
      let others = [
        kind.isSecret && file.isReadableByOthers ? "read" : nil,
        file.isWritableByOthers ? "write" : nil,
      ].compactMap(\.self)
      if !others.isEmpty {  // ATTACKS S17
        let rights = others.joined(separator: " and ")
        warn("\(variable): other users may \(rights) the file; fix: chmod 600")
      }
      if kind.hasNoEnd {
        // A program that is writing the file may have written only a part of the secret.
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

  /// The lines of a `.env` file. Every name in it must be a setting of one of our servers: a
  /// misspelled name would leave a protection off.
  private mutating func entries(of path: String, _ settings: Settings) -> [EnvironmentFile.Entry] {
    guard let file = read(path, for: "--env-file", .environment) else { return [] }
    do throws(EnvironmentFile.InvalidLines) {
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
      errors += error.numbers.map { .invalidLine(path: path, line: $0) }
      return []
    }
  }

  /// Reports a variable of the environment that looks like a setting and is none.
  private mutating func judge(_ name: String, _ value: [UInt8], _ settings: Settings) {
    switch UnknownSetting(name, value: value, for: settings) {
    case nil, .foreign: break
    case .misspelled(let nearest):
      errors.append(.misspelledVariable(name: name, nearest: nearest))
    case .notice: warn("\(name) is not a setting of this server; it has no effect")
    }
  }
}
