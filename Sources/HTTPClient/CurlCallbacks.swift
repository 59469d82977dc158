internal import CCurl
internal import Support

// The functions that libcurl calls during a request. `context` is the `Transfer`, which lives until
// `curl_easy_perform` returns.

/// ATTACKS O40: the address is judged here, where nothing can change it before the connection.
let openSocket: curl_opensocket_callback = { context, purpose, address in
  guard let transfer = unsafe context?.assumingMemoryBound(to: Transfer.self) else {
    return CURL_SOCKET_BAD
  }
  return unsafe open(purpose, address) { target in
    unsafe transfer.pointee.connects(to: target)
  }
}

/// - Parameter isAllowed: whether a socket may be opened to the address.
func open(
  _ purpose: curlsocktype, _ address: UnsafeMutablePointer<curl_sockaddr>?,
  _ isAllowed: (IPAddress) -> Bool
) -> curl_socket_t {
  var bytes: [UInt8] = Array(repeating: 0, count: 16)
  guard purpose == CURLSOCKTYPE_IPCXN, let address = unsafe address,
    case let length = Int(unsafe ccurl_address(address, &bytes)),
    let target = IPAddress(bytes: bytes.prefix(length)), isAllowed(target)
  else { return CURL_SOCKET_BAD }
  return unsafe ccurl_open(address)
}

let takeLine: curl_write_callback = { bytes, size, count, context in
  guard let bytes = unsafe bytes,
    let transfer = unsafe context?.assumingMemoryBound(to: Transfer.self)
  else { return 0 }
  let line = unsafe Array(UnsafeRawBufferPointer(start: bytes, count: count))
  return unsafe transfer.pointee.takeLine(line[...]) ? count : 0
}

let takeBody: curl_write_callback = { bytes, size, count, context in
  guard let transfer = unsafe context?.assumingMemoryBound(to: Transfer.self) else { return 0 }
  // A size of 1 is documented for both callbacks.
  let part = unsafe UnsafeRawBufferPointer(start: bytes, count: count)
  return unsafe transfer.pointee.takeBody(part) ? count : 0
}
