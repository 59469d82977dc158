internal import CCurl
internal import Support

/// One request of `CurlStreams` while libcurl works on it, with the handle of libcurl. It belongs to
/// the thread of the loop, and is used again for another request.
final class StreamTransfer {
  private let handle = CurlHandle()
  private var transfer: Transfer?
  private var fields: HeaderFields?
  private(set) var buffer: StreamBuffer?
  /// Whether the head of the response has been handed out.
  private(set) var hasHead = false
  /// Whether libcurl called back since `wakeReader`.
  private var isChanged = false
  /// Until when the head must have arrived.
  private(set) var deadline = MonotonicTime(nanoseconds: 0)

  /// Prepares the handle.
  /// - Returns: whether the transfer can be started.
  func prepare(
    _ start: StreamMailbox.Start, _ settings: CurlStreams.Settings, now: MonotonicTime
  ) -> Bool {
    transfer = start.transfer
    buffer = start.buffer
    deadline = now + settings.headTimeout
    fields = HeaderFields(start.request)
    guard let fields, handle.apply(settings), handle.prepare(start.request, fields),
      // The head that a proxy sends for `CONNECT` is not the head of the response.
      handle.set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
    else { return false }
    let context = unsafe Unmanaged.passUnretained(self).toOpaque()
    guard unsafe ccurl_set_private(handle.pointer, context) == CURLE_OK else { return false }
    return unsafe ccurl_set_callbacks(
      handle.pointer, openStreamSocket, takeStreamLine, takeStreamBody, context) == CURLE_OK
  }

  /// The transfer of a handle that libcurl returns. It must not have ended.
  static func of(_ handle: UnsafeMutableRawPointer) -> StreamTransfer? {
    unsafe ccurl_private(handle).map { context in
      unsafe Unmanaged<StreamTransfer>.fromOpaque(context).takeUnretainedValue()
    }
  }

  /// The handle, for `CurlMulti`.
  func withHandle<Value>(_ body: (UnsafeMutableRawPointer) -> Value) -> Value {
    unsafe body(handle.pointer)
  }

  /// How the transfer ended, as libcurl says.
  func result(_ code: CURLcode) -> Result<Void, OutboundError> {
    guard let transfer else { return .failure(.unreachable) }
    if code == CURLE_OK { return hasHead ? .success(()) : .failure(.unreachable) }
    return .failure(CurlHandle.error(code, transfer))
  }

  /// Forgets the request. The handle must not be in use.
  func reset() {
    // ATTACKS O46: the connections stay; options, fields and pointers do not.
    unsafe curl_easy_reset(handle.pointer)
    transfer = nil
    fields = nil
    buffer = nil
    hasHead = false
    isChanged = false
  }

  func wakeReader() {
    guard isChanged else { return }
    isChanged = false
    buffer?.wakeReader()
  }

  // MARK: Callbacks

  func connects(to address: IPAddress) -> Bool { transfer?.connects(to: address) ?? false }

  /// - Returns: whether the transfer may continue.
  func takeLine(_ line: ArraySlice<UInt8>) -> Bool {
    // A head after the one that was handed out would be another response.
    if hasHead, line.starts(with: "HTTP/".utf8) { return false }
    guard transfer?.takeLine(line) == true, let transfer, let buffer else { return false }
    if hasHead || !transfer.isHeadComplete { return true }
    let status = unsafe ccurl_status(handle.pointer)
    // RFC 9110 §15.2: the heads of 1xx responses precede the one that counts.
    if (100...199).contains(status) { return true }
    guard (200...599).contains(status), transfer.isBodyPlain else { return false }
    hasHead = true
    isChanged = true
    buffer.setHead(StreamBuffer.Head(status: status, fields: transfer.fields))
    return true
  }

  /// - Returns: how many bytes were taken; `CURL_WRITEFUNC_PAUSE` if the reader must read before.
  func takeBody(_ bytes: UnsafeRawBufferPointer) -> Int {
    // RFC 9112 §15.2.2: libcurl reads the bytes after 101 as a body.
    guard hasHead, let buffer else { return 0 }
    isChanged = true
    return unsafe buffer.append(bytes) ? bytes.count : Int(CURL_WRITEFUNC_PAUSE)
  }

  /// Continues a transfer that has paused. It may call back.
  /// - Returns: whether the transfer can go on.
  func continueBody() -> CURLcode { unsafe ccurl_continue(handle.pointer) }
}
