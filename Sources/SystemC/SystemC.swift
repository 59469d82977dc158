/// The C library of the system under one name: the only place that asks which system this is.
///
/// The import is public because what a file re-exports must be visible to all who import it.
#if canImport(Darwin)
  @_exported public import Darwin
#elseif canImport(Musl)
  @_exported public import Musl
#else
  @_exported public import Glibc
#endif

// Darwin declares a thread and its argument otherwise than the others.
#if canImport(Darwin)
  package typealias ThreadBody =
    @convention(c) (UnsafeMutableRawPointer) -> UnsafeMutableRawPointer?
  private typealias ThreadHandle = pthread_t?
  private let noThread: ThreadHandle = nil
#else
  package typealias ThreadBody =
    @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer?
  private typealias ThreadHandle = pthread_t
  private let noThread: ThreadHandle = 0
#endif

/// Starts a thread that ends with the process.
/// - Parameters:
///   - number: what the thread needs to know; it reads it with `threadNumber`.
///   - body: captures nothing.
/// - Returns: whether the thread was started.
package func startThread(number: Int, _ body: ThreadBody) -> Bool {
  var thread = noThread
  // One is added, since an argument of zero is none.
  let argument = unsafe UnsafeMutableRawPointer(bitPattern: number + 1)
  return unsafe pthread_create(&thread, nil, body, argument) == 0
}

/// The number that the thread was started with.
package func threadNumber(_ argument: UnsafeMutableRawPointer?) -> Int {
  Int(bitPattern: argument) - 1
}
