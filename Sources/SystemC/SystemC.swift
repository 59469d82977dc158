/// The C library of the system. This is the only file that distinguishes operating systems.
///
/// The imports are public because every importer must see a re-exported module.
#if canImport(Darwin)
  @_exported public import Darwin
#elseif canImport(Musl)
  @_exported public import Musl
#else
  @_exported public import Glibc
#endif

// Darwin declares the type of a thread differently.
#if canImport(Darwin)
  private typealias ThreadHandle = pthread_t?
  private let noThread: ThreadHandle = nil
#else
  private typealias ThreadHandle = pthread_t
  private let noThread: ThreadHandle = 0
#endif

/// Starts a thread that runs the work and then ends.
/// - Returns: whether the thread was started.
package func startThread(_ work: @escaping @Sendable () -> Void) -> Bool {
  var thread = noThread
  let kept = unsafe Unmanaged.passRetained(ThreadWork(work))
  let code = unsafe pthread_create(
    &thread, nil, { argument in unsafe runThreadWork(argument) }, unsafe kept.toOpaque())
  if code != 0 { unsafe kept.release() }
  return code == 0
}

private final class ThreadWork: Sendable {
  let work: @Sendable () -> Void
  init(_ work: @escaping @Sendable () -> Void) { self.work = work }
}

private func runThreadWork(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  // Its memory is freed at its end, since no thread waits for it.
  pthread_detach(pthread_self())
  if let argument = unsafe argument {
    let kept = unsafe Unmanaged<ThreadWork>.fromOpaque(argument)
    unsafe kept.takeRetainedValue().work()
  }
  return nil
}

// Darwin has another type for the actions of `posix_spawn`. There, an action that closes a descriptor
// fails if the descriptor is not open.
#if canImport(Darwin)
  package typealias SpawnActions = posix_spawn_file_actions_t?
#else
  package typealias SpawnActions = posix_spawn_file_actions_t
#endif

/// The child of `posix_spawn` gets no descriptor from 3 on. Nothing changes in this process, so other
/// threads may start children at the same time.
/// - Returns: a flag for the attributes; `nil` if there is no memory.
package func closeOthers(_ actions: UnsafeMutablePointer<SpawnActions>) -> Int32? {
  #if canImport(Darwin)
    return POSIX_SPAWN_CLOEXEC_DEFAULT
  #else
    // Glibc has `posix_spawn_file_actions_addclosefrom_np`, which Swift does not import. No process of
    // this project opens 4,096 descriptors.
    for descriptor in 3..<max(min(Int32(clamping: sysconf(Int32(_SC_OPEN_MAX))), 4096), 4) {
      guard unsafe posix_spawn_file_actions_addclose(actions, descriptor) == 0 else { return nil }
    }
    return 0
  #endif
}
