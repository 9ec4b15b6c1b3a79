import { DomainError } from "@ticketing/runtime/process/domain-error";
import type { Payment } from "./payment.ts";

/**
 * Who we are at Stripe, where others may use the same account: every PaymentIntent of ours carries the id in its
 * metadata. One document, made when payments first meets its database.
 */
export interface Mesh {
  _id: "mesh";
  /** A UUID. */
  id: string;
  /** Nothing of this mesh at Stripe is older. */
  since: Date;
  /** Where the mesh was when it took this id: elsewhere, the document is a copy's. */
  place: Place;
}

/** Distinguishes a mesh from a copy of its database. */
export interface Place {
  /** The public origin. All origins of a machine by itself (loopback) are one: its ports may change. */
  origin: string;
  /** The UUID of the collection, which the database server makes anew wherever a backup is restored. */
  collection: string;
}

/** The part of an origin by which meshes differ. */
export function originOf(publicUrl: string): string {
  const { hostname, origin } = new URL(publicUrl);
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname) ? "loopback" : origin;
}

/** Whether the mesh is where it took its id. */
export const isAtHome = ({ place }: Mesh, here: Place): boolean =>
  place.origin === here.origin && place.collection === here.collection;

/** Whether a payment's PaymentIntent is this mesh's. One from before ids were given out counts by its time. */
export const ownsPayment = (mesh: Mesh, payment: Pick<Payment, "meshId" | "createTime">): boolean =>
  payment.meshId === undefined ? payment.createTime >= mesh.since : payment.meshId === mesh.id;

/**
 * Whether a PaymentIntent is this mesh's: it says so, or says nothing and a payment of ours names it. One that
 * carries another id never is, whatever a copied payment says.
 */
export function ownsIntent(
  mesh: Mesh,
  intent: { meshId: string },
  payment: Pick<Payment, "meshId" | "createTime"> | undefined,
): boolean {
  if (intent.meshId !== "") return intent.meshId === mesh.id;
  return payment !== undefined && ownsPayment(mesh, payment);
}

/** Throws INTENT_NOT_OURS for a payment whose PaymentIntent belongs to the mesh that this one was copied from. */
export function requireOurs(mesh: Mesh, payment: Payment): void {
  if (payment.intentId && !ownsPayment(mesh, payment)) throw notOurs();
}

export const notOurs = () =>
  new DomainError("INTENT_NOT_OURS", "this PaymentIntent belongs to another mesh: nothing is done to it");
