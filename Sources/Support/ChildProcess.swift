package import SystemC

/// Starts another program, without a shell.
///
/// The child gets only the descriptors and the variables that the caller names: no socket of a
/// sign-in, no lock of a file, and no secret of the settings.
package enum ChildProcess {
  /// - Parameters:
  ///   - path: absolute. `$PATH` is not searched.
  ///   - environment: all variables of the child.
  ///   - input: the descriptor that becomes its standard input; `nil` for /dev/null. The same for
  ///     `output` and `errors`.
  /// - Returns: its id, which is also the id of its process group; `nil` if it does not start.
  package static func start(
    _ path: String, _ arguments: [String], environment: [(name: String, value: String)],
    input: Int32? = nil, output: Int32? = nil, errors: Int32? = nil
  ) -> pid_t? {
    let texts = [path] + arguments + environment.flatMap { [$0.name, $0.value] }
    guard path.utf8.first == UInt8(ascii: "/"), !texts.contains(where: { $0.utf8.contains(0) })
    else { return nil }
    let (actions, attributes) = (SpawnMemory(), SpawnMemory())
    guard unsafe posix_spawn_file_actions_init(actions.typed()) == 0 else { return nil }
    defer { unsafe posix_spawn_file_actions_destroy(actions.typed()) }
    guard unsafe posix_spawnattr_init(attributes.typed()) == 0 else { return nil }
    defer { unsafe posix_spawnattr_destroy(attributes.typed()) }
    for (number, descriptor) in [input, output, errors].enumerated() {
      let number = Int32(number)
      let status =
        if let descriptor {
          unsafe posix_spawn_file_actions_adddup2(actions.typed(), descriptor, number)
        } else {
          unsafe posix_spawn_file_actions_addopen(
            actions.typed(), number, "/dev/null", number == 0 ? O_RDONLY : O_WRONLY, 0)
        }
      guard status == 0 else { return nil }
    }
    // A library may have opened descriptors that the child would inherit. CWE-403, ATTACKS O174
    guard let closing = unsafe closeOthers(actions.typed()) else { return nil }
    // A server blocks and ignores signals; a child inherits that. Its own process group: Ctrl-C
    // in the terminal is not for it, and all its processes can be ended together.
    var (none, all) = (sigset_t(), sigset_t())
    unsafe sigemptyset(&none)
    unsafe sigemptyset(&all)
    for number in [SIGHUP, SIGINT, SIGTERM, SIGPIPE, SIGCHLD] { unsafe sigaddset(&all, number) }
    let flags =
      POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP | closing
    unsafe posix_spawnattr_setsigmask(attributes.typed(), &none)
    unsafe posix_spawnattr_setsigdefault(attributes.typed(), &all)
    unsafe posix_spawnattr_setpgroup(attributes.typed(), 0)
    unsafe posix_spawnattr_setflags(attributes.typed(), Int16(flags))

    var arguments = unsafe ([path] + arguments).map { unsafe strdup($0) } + [nil]
    var variables = unsafe environment.map { unsafe strdup("\($0.name)=\($0.value)") } + [nil]
    defer { unsafe (arguments + variables).forEach { unsafe free($0) } }
    var child: pid_t = 0
    let status = unsafe posix_spawn(
      &child, path, actions.typed(), attributes.typed(), &arguments, &variables)
    return status == 0 ? child : nil
  }

  /// Waits for the child on a thread of its own, so that it does not stay a zombie.
  package static func forget(_ child: pid_t) {
    _ = startThread {
      var status: Int32 = 0
      unsafe waitpid(child, &status, 0)
    }
  }
}

/// Zeroed memory for a type of the C library whose form differs between systems: the call in which
/// it is used says which type it is.
@safe private final class SpawnMemory {
  private static let size = 1024
  private let memory: UnsafeMutableRawPointer

  init() {
    unsafe memory = .allocate(byteCount: Self.size, alignment: 16)
    unsafe memory.initializeMemory(as: UInt8.self, repeating: 0, count: Self.size)
  }

  deinit { unsafe memory.deallocate() }

  func typed<Value>() -> UnsafeMutablePointer<Value> {
    precondition(MemoryLayout<Value>.size <= Self.size)
    return unsafe memory.assumingMemoryBound(to: Value.self)
  }
}
