/** How a run finds what changed. What it costs is what changed, however much there is. */
export interface Changes {
  /**
   * How far before the last run's start it begins: a change may be stored later than its time says, by a clock that is
   * behind, and events wait to be published. So each record is compared at least once when it is older than this.
   */
  overlapMs: number;
  /**
   * At what age PaymentIntents are compared: longer than the time that buyers have to pay, and a grace. They are found
   * by their creation, whatever becomes of them at Stripe, and compared once, when their sale is over. Movements of the
   * balance are compared at that age, too: Stripe may list them late.
   */
  intentAgeMs: number;
}
