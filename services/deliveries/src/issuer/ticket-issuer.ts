/** What an issuer makes out in place of a ticket, or why it does not. */
export type IssuedTicket = { file: Uint8Array } | { refused: string };

/**
 * Who issues tickets and makes them out anew: where one is connected, a ticket that was sold with its file reaches its
 * buyer as a ticket of theirs, and the seller's is void. A key names one sale for ever. What throws has an outcome that is
 * not known: it may have been done, and is asked again with the same key. So has a call that is not answered in time.
 */
export interface TicketIssuer {
  /** What came of a key; undefined where nothing was asked under it yet. */
  find(key: string): Promise<IssuedTicket | undefined>;
  /**
   * Makes the ticket in `file` void, and another out to `holderId`. A repeat gives the same one and makes none; under a key
   * that was taken back it is refused. Throws while the ticket is made out under another key: that may be taken back yet.
   */
  reissue(request: { key: string; file: Uint8Array; holderId: string }): Promise<IssuedTicket>;
  /**
   * The sale was taken back: what was made out under the key is void, the ticket before it good again. A repeat changes
   * nothing. Where nothing was made out yet, nothing will be.
   */
  takeBack(key: string): Promise<void>;
}
