internal import CCurl
private import Support

/// The owner of one multi handle of libcurl, with its connections. It belongs to one thread.
@safe struct CurlMulti: ~Copyable {
  private let pointer: UnsafeMutableRawPointer

  /// - Parameter mostConnections: all connections, used and idle.
  /// - Returns: `nil` without memory or descriptors.
  init?(mostConnections: Int) {
    LibCurl.initialize()
    guard let pointer = unsafe curl_multi_init() else { return nil }
    // A connection has one request at a time. There is no limit for one host below the limit of
    // transfers: each event stream keeps a connection for hours, and requests would wait for them.
    for option in [CURLMOPT_MAXCONNECTS, CURLMOPT_MAX_TOTAL_CONNECTIONS] {
      guard unsafe ccurl_multi_set_number(pointer, option, mostConnections) == CURLM_OK else {
        unsafe curl_multi_cleanup(pointer)
        return nil
      }
    }
    unsafe self.pointer = unsafe pointer
  }

  deinit { unsafe curl_multi_cleanup(pointer) }

  func add(_ transfer: StreamTransfer) -> Bool {
    unsafe transfer.withHandle { unsafe curl_multi_add_handle(pointer, $0) } == CURLM_OK
  }

  /// Ends the transfer. If it was not complete, its connection is closed.
  func remove(_ transfer: StreamTransfer) {
    _ = unsafe transfer.withHandle { unsafe curl_multi_remove_handle(pointer, $0) }
  }

  /// Reads and writes what is possible without waiting.
  /// - Returns: whether the handle can still be used.
  func perform() -> Bool {
    var running: Int32 = 0
    return unsafe curl_multi_perform(pointer, &running) == CURLM_OK
  }

  /// A transfer that has ended, with the code of libcurl; `nil` if there is none. It must be removed
  /// before the next call.
  func nextEnded() -> (transfer: StreamTransfer, code: CURLcode)? {
    var code = CURLE_OK
    while let handle = unsafe ccurl_multi_next_ended(pointer, &code) {
      if let transfer = unsafe StreamTransfer.of(handle) { return (transfer, code) }
    }
    return nil
  }

  /// Waits until a connection is ready, a time of libcurl has come, or `Wakeup` was called.
  /// - Returns: whether the handle can still be used.
  func wait(_ time: Duration) -> Bool {
    let milliseconds = Int32(clamping: time.milliseconds)
    return unsafe curl_multi_poll(pointer, nil, 0, milliseconds, nil) == CURLM_OK
  }

  /// Ends `wait` from any thread. It must not be called after the multi handle is gone.
  struct Wakeup: Sendable {
    private let address: UInt

    init(_ multi: borrowing CurlMulti) { address = UInt(bitPattern: unsafe multi.pointer) }

    func callAsFunction() {
      _ = unsafe curl_multi_wakeup(UnsafeMutableRawPointer(bitPattern: address))
    }
  }
}
