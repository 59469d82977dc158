internal import CCurl
internal import Support

/// The loop of the thread of `CurlStreams`: it drives all transfers with one multi handle.
final class StreamLoop {
  private let mailbox: StreamMailbox
  private let settings: CurlStreams.Settings
  private var running: [ObjectIdentifier: StreamTransfer] = [:]
  /// Handles for the next requests. Their connections are those of the multi handle.
  private var idle: [StreamTransfer] = []

  /// More handles than this are not kept after their request.
  private static let mostIdle = 16
  private static let longestWait = Duration.seconds(3600)

  init(_ mailbox: StreamMailbox, _ settings: CurlStreams.Settings) {
    (self.mailbox, self.settings) = (mailbox, settings)
  }

  /// Runs until the mailbox is stopped. If libcurl fails, all transfers end, and the next request
  /// starts another thread.
  func run() {
    if let multi = CurlMulti(mostConnections: settings.maximumTransfers) {
      let wakeup = CurlMulti.Wakeup(multi)
      while let commands = mailbox.take() {
        for command in commands { execute(command, multi) }
        guard multi.perform() else { break }
        while let (transfer, code) = multi.nextEnded() {
          end(transfer, transfer.result(code), multi)
        }
        let now = MonotonicTime.now()
        endLate(now, multi)
        for transfer in running.values { transfer.wakeReader() }
        if mailbox.waits(wakeup), !multi.wait(wait(now)) { break }
      }
      // CWE-416: first, so that no other thread wakes the handle when it is gone.
      Self.abandon(mailbox)
      for transfer in Array(running.values) { end(transfer, .failure(.unreachable), multi) }
    } else {
      Self.abandon(mailbox)
    }
  }

  /// Ends the requests that no thread will start.
  static func abandon(_ mailbox: StreamMailbox) {
    for case .start(let start) in mailbox.threadEnded() {
      mailbox.transferEnded()
      start.buffer.finish(.failure(.unreachable))
      start.buffer.wakeReader()
    }
  }

  private func execute(_ command: StreamMailbox.Command, _ multi: borrowing CurlMulti) {
    switch command {
    case .start(let start):
      // ATTACKS O182: it was cancelled before this thread took it. Without a transfer, only its place
      // is given back.
      guard !start.buffer.isEnded else { return mailbox.transferEnded() }
      let transfer = idle.popLast() ?? StreamTransfer()
      running[ObjectIdentifier(start.buffer)] = transfer
      let isStarted = transfer.prepare(start, settings, now: .now()) && multi.add(transfer)
      if !isStarted { end(transfer, .failure(.unreachable), multi) }
    case .resume(let buffer):
      guard let transfer = running[ObjectIdentifier(buffer)] else { return }
      let code = transfer.continueBody()
      if code != CURLE_OK { end(transfer, transfer.result(code), multi) }
    case .cancel(let buffer):
      guard let transfer = running[ObjectIdentifier(buffer)] else { return }
      end(transfer, .failure(.unreachable), multi)
    }
  }

  private func end(
    _ transfer: StreamTransfer, _ result: Result<Void, OutboundError>, _ multi: borrowing CurlMulti
  ) {
    multi.remove(transfer)
    guard let buffer = transfer.buffer else { return }
    running[ObjectIdentifier(buffer)] = nil
    // Before the reader learns it, so that it can begin the next request.
    mailbox.transferEnded()
    buffer.finish(result)
    buffer.wakeReader()
    transfer.reset()
    if idle.count < Self.mostIdle { idle.append(transfer) }
  }

  /// Ends the transfers whose head has not arrived in time.
  private func endLate(_ now: MonotonicTime, _ multi: borrowing CurlMulti) {
    for transfer in Array(running.values) where !transfer.hasHead && transfer.deadline <= now {
      end(transfer, .failure(.timeout), multi)
    }
  }

  /// The time until the first head must have arrived.
  private func wait(_ now: MonotonicTime) -> Duration {
    var wait = Self.longestWait
    for transfer in running.values where !transfer.hasHead {
      // A millisecond more, because the time is rounded down.
      wait = min(wait, transfer.deadline - now + .milliseconds(1))
    }
    return wait
  }
}
