import type { Versioned } from "@ticketing/runtime/documents/document-store";
import { DomainError } from "@ticketing/runtime/process/domain-error";

/** What a ticket with this barcode is for: a listing with its file, or the order that it is delivered for. */
export type BarcodeUse =
  | { kind: "ticket"; id: string; sellerId: string }
  | { kind: "order"; id: string; sellerId: string; buyerId: string };

/** A use of a barcode, from this time on at the latest. */
export type BarcodeClaim = BarcodeUse & { time: Date };

/** One barcode, by the keyed hash of its text. Made by the first claim. */
export interface Barcode extends Versioned {
  /** Oldest first. */
  claims: BarcodeClaim[];
  /** The database forgets it then, unless it is claimed again before. */
  forgetTime: Date;
}

/**
 * What a claim is worth. It stands while the listing is for sale, or the order's buyer may see a file with the barcode; a
 * listing that was sold with its file is its buyer's, and until the delivery of that order has the file, in the way of all
 * others. It rests once the money went back: it is in nobody's way, and says
 * who had the ticket first. It is gone when the listing ended, the file was replaced before anybody saw it, or never came
 * to be.
 */
export type Standing = "stands" | { soldTo: string } | { boundTo: string } | "rests" | "gone";

/**
 * So long a claim stands before what it was made for has to be there: a call claims first and stores the file then. In
 * milliseconds.
 */
export const CLAIM_GRACE_MS = 2 * 60_000;

/** Whether a call may be about to store the file that this was claimed for. */
export const isNew = ({ time }: BarcodeClaim, now: Date): boolean =>
  now.getTime() - time.getTime() < CLAIM_GRACE_MS;

const KEPT_CLAIMS = 20;

/**
 * A call that stores a file had claimed its barcodes at this time, so that the claims stand while it is written. Throws
 * FILES_UNAVAILABLE where that was too long ago: the call can be repeated.
 */
export function requireClaimed(claimTime: Date, now: Date): void {
  if (now.getTime() - claimTime.getTime() < CLAIM_GRACE_MS / 2) return;
  throw new DomainError("FILES_UNAVAILABLE", "it took too long to store the file");
}

/** Nobody has claimed it. `forgetTime`: when it is forgotten. */
export const unclaimed = (_id: string, forgetTime: Date): Barcode => ({
  ...{ _id, version: 0, claims: [], forgetTime },
});

/**
 * Who may list and deliver a ticket with this barcode: the buyer of the newest sale that stands; without one, who listed
 * or delivered it first; undefined for nobody in particular. `claims`: oldest first, without those that are gone.
 */
export function holderOf(claims: readonly [BarcodeClaim, Standing][]): string | undefined {
  const buyers = claims.flatMap(([claim, standing]) => {
    if (isSold(standing)) return [standing.soldTo];
    return claim.kind === "order" && standing === "stands" ? [claim.buyerId] : [];
  });
  return buyers.at(-1) ?? claims[0]?.[0].sellerId;
}

const isSold = (standing: Standing): standing is { soldTo: string } =>
  typeof standing === "object" && "soldTo" in standing;

/** Whether a listing keeps its ticket from others: while it is for sale, or bound to another order than this use is. */
function isInTheWay(standing: Standing, { kind, id }: BarcodeUse): boolean {
  if (typeof standing !== "object") return standing === "stands";
  return "boundTo" in standing && (kind !== "order" || standing.boundTo !== id);
}

/**
 * Claims a barcode for this use. A repeat for the same listing or order claims nothing more; what was delivered for an
 * order can be delivered for it again. Throws BARCODE_TAKEN when somebody else holds it, or another listing has it.
 * `standings`: of its claims, in their order.
 */
export function claim(barcode: Barcode, standings: readonly Standing[], use: BarcodeUse, now: Date): Barcode {
  const known = barcode.claims
    .map((each, index): [BarcodeClaim, Standing] => [each, standings[index] ?? "stands"])
    .filter(([, standing]) => standing !== "gone");
  const isOwn = (each: BarcodeClaim) => each.kind === use.kind && each.id === use.id;
  const isDelivered = known.some(
    ([each, standing]) => use.kind === "order" && isOwn(each) && standing === "stands",
  );
  if (!isDelivered) requireFree(known, use, now);
  const claimed = { ...use, time: now };
  const others = known.map(([each]) => each);
  const claims = others.some(isOwn)
    ? others.map((each) => (isOwn(each) ? claimed : each))
    : [...others, claimed];
  return { ...barcode, version: barcode.version + 1, claims: shortened(claims) };
}

/**
 * Throws BARCODE_TAKEN when another than the seller holds it, or another listing of the seller's is in the way.
 * In somebody else's, who had bought the ticket and got the money back, it is sold to nobody: a sale claims it again. One
 * that did so just now may be about to store that.
 */
function requireFree(known: readonly [BarcodeClaim, Standing][], use: BarcodeUse, now: Date): void {
  const { kind, id, sellerId } = use;
  const holder = holderOf(known);
  const isListed = known.some(
    ([each, standing]) =>
      each.kind === "ticket" &&
      (kind !== "ticket" || each.id !== id) &&
      isInTheWay(standing, use) &&
      (each.sellerId === sellerId || isNew(each, now)),
  );
  if (isListed || (holder !== undefined && holder !== sellerId)) {
    throw new DomainError(
      "BARCODE_TAKEN",
      "a ticket with this barcode is somebody else's, or for sale already",
    );
  }
}

/** Longer chains forget who sold in their middle: the first and the newest count. */
const shortened = ([first, ...more]: BarcodeClaim[]): BarcodeClaim[] =>
  first ? [first, ...more.slice(1 - KEPT_CLAIMS)] : [];
