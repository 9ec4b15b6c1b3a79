/**
 * The server's clock, estimated from its answers. The `date` header is the second in which an answer was made, so each
 * answer limits the difference between the two clocks to an interval. A few answers narrow it to well under a second.
 */
export class ServerClock {
  #low = Number.NEGATIVE_INFINITY;
  #high = Number.POSITIVE_INFINITY;

  /**
   * Learns from one answer: its `date` header, and when the request left and the answer came, by the client's clock.
   */
  observe(date: string | null, sentMs: number, receivedMs: number): void {
    const second = date === null ? Number.NaN : Date.parse(date);
    if (Number.isNaN(second)) return;
    const low = second - receivedMs;
    const high = second + 1000 - sentMs;
    const agrees = low <= this.#high && high >= this.#low;
    // One of the clocks was set: start over.
    this.#low = agrees ? Math.max(this.#low, low) : low;
    this.#high = agrees ? Math.min(this.#high, high) : high;
  }

  /** Milliseconds to add to the client's clock. Zero until an answer came. */
  get offsetMs(): number {
    return Number.isFinite(this.#low) ? Math.round((this.#low + this.#high) / 2) : 0;
  }

  /** The server's time now, in milliseconds since 1970. */
  now(): number {
    return Date.now() + this.offsetMs;
  }
}

/** The clock of the server that this page came from. */
export const serverClock = new ServerClock();
