internal import CCurl
private import Support

// The functions that libcurl calls for a transfer of `CurlStreams`. `context` is the `StreamTransfer`,
// which the loop keeps until libcurl has removed its handle.

/// ATTACKS O40: the address is judged here, where nothing can change it before the connection.
let openStreamSocket: curl_opensocket_callback = { context, purpose, address in
  guard let transfer = unsafe transfer(context) else { return CURL_SOCKET_BAD }
  return unsafe open(purpose, address) { target in transfer.connects(to: target) }
}

let takeStreamLine: curl_write_callback = { bytes, size, count, context in
  guard let bytes = unsafe bytes, let transfer = unsafe transfer(context) else { return 0 }
  let line = unsafe Array(UnsafeRawBufferPointer(start: bytes, count: count))
  return transfer.takeLine(line[...]) ? count : 0
}

let takeStreamBody: curl_write_callback = { bytes, size, count, context in
  guard let transfer = unsafe transfer(context) else { return 0 }
  // A size of 1 is documented for both callbacks.
  return unsafe transfer.takeBody(UnsafeRawBufferPointer(start: bytes, count: count))
}

private func transfer(_ context: UnsafeMutableRawPointer?) -> StreamTransfer? {
  unsafe context.map { context in
    unsafe Unmanaged<StreamTransfer>.fromOpaque(context).takeUnretainedValue()
  }
}
