internal import MCPService
private import Support

/// The variables that other programs get. Everything else stays in this process: its variables may
/// have secrets.
enum ChildEnvironment {
  private static let path = "/usr/local/bin:/usr/bin:/bin"
  /// Where the session of the user is.
  private static let session = [
    "HOME", "USER", "LOGNAME", "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "XDG_RUNTIME_DIR",
    "DBUS_SESSION_BUS_ADDRESS",
  ]
  /// How a browser is found and shown.
  private static let browser =
    session + [
      "PATH", "LANG", "LC_ALL", "BROWSER", "DESKTOP_SESSION", "XDG_CURRENT_DESKTOP",
      "XDG_SESSION_TYPE", "XDG_SESSION_DESKTOP", "XDG_DATA_DIRS", "XDG_DATA_HOME",
      "XDG_CONFIG_DIRS", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME",
      "WSL_DISTRO_NAME", "WSL_INTEROP",
    ]

  /// For a program that reads the keychain: with a `$PATH` of its own.
  static func ofKeychain(_ environment: Environment) -> [(name: String, value: String)] {
    variables(session, of: environment) + [("PATH", path), ("LC_ALL", "C")]
  }

  static func ofBrowser(_ environment: Environment) -> [(name: String, value: String)] {
    let variables = variables(browser, of: environment)
    return variables.contains { $0.name == "PATH" } ? variables : variables + [("PATH", path)]
  }

  private static func variables(_ names: [String], of environment: Environment)
    -> [(name: String, value: String)]
  {
    names.compactMap { name in
      environment.values[name].flatMap { String(validating: $0, as: UTF8.self) }
        .map { (name, $0) }
    }
  }
}
