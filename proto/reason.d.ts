import type { Reason as Reasons } from "./gen/ticketing/errors/v1/reason_pb.js";

/**
 * Why a call can be refused: the `reason` of the google.rpc.ErrorInfo in an error of this API. A name of the enum
 * ticketing.errors.v1.Reason, which says what each means, its code and its facts.
 */
export type Reason = Exclude<keyof typeof Reasons, "UNSPECIFIED">;

/** Reasons between services, on ports that no client reaches: those with a number of four digits. */
export type InternalReason = {
  [Name in Reason]: `${(typeof Reasons)[Name]}` extends `${number}${number}${number}${number}` ? Name : never;
}[Reason];

/** Reasons that a client can meet. The web app has words for each of them. */
export type PublicReason = Exclude<Reason, InternalReason>;
