import { DeliveryKind } from "@ticketing/proto/deliveries/v1/delivery";
import type { Clock } from "@ticketing/runtime/process/clock";
import { DomainError, isRefusedFor } from "@ticketing/runtime/process/domain-error";
import type { Logger } from "@ticketing/runtime/process/log";
import { repeatedly } from "@ticketing/runtime/process/repeatedly";
import { requireClaimed } from "../barcodes/barcode.ts";
import type { Barcodes } from "../barcodes/barcodes.ts";
import { readSoldFile, sealIssued } from "../content.ts";
import type { Delivery, SealedUpload } from "../delivery.ts";
import { type DeliveryStore, findToIssue } from "../delivery-aggregate.ts";
import type { Files } from "../files/files.ts";
import { createTurns, type InTurn } from "../files/turns.ts";
import {
  beginAsking,
  issueKey,
  receiveIssued,
  receiveRefusal,
  receiveReturn,
  rejectIssued,
} from "./issue.ts";
import type { TicketIssuer } from "./ticket-issuer.ts";

const PAGE = 100;

/** For so many deliveries the issuer is asked side by side. */
const ASKED_AT_ONCE = 4;

/** After this time an issuer that did not answer is asked again. */
export const ASK_AGAIN_MS = 30_000;

/** A call that an issuer does not answer within this time has an outcome that is not known. */
export const ANSWER_MS = 10_000;

export interface AskDependencies {
  deliveries: DeliveryStore;
  issuer: TicketIssuer;
  files: Pick<Files, "read" | "keep" | "discard">;
  barcodes: Barcodes;
  clock: Clock;
  log: Pick<Logger, "warn" | "error">;
}

/** Asks the issuer what deliveries need of it, every `everyMs`; gives how to stop. */
export const askIssuerRepeatedly = (deps: AskDependencies, everyMs: number): (() => Promise<void>) =>
  repeatedly(
    everyMs,
    () => askAll(deps),
    (err) => deps.log.warn({ err }, "the issuer of tickets is asked later"),
  );

/** Goes through what is due once, page by page. Each delivery is asked for by one process. */
export async function askAll(deps: AskDependencies): Promise<void> {
  const { deliveries, clock } = deps;
  const now = clock();
  const inTurn = createTurns({ atOnce: 1, waiting: ASKED_AT_ONCE });
  let pageToken = "";
  do {
    const page = await findToIssue(deliveries, now, { pageSize: PAGE, pageToken });
    const ask = ({ _id }: Delivery) => askOnce(deps, inTurn, _id, now);
    const isToMakeOut = ({ issue }: Delivery) => issue?.status === "ASKED";
    // Until a ticket is taken back, it is not made out to its next buyer.
    await severalAtOnce(
      page.documents.filter((each) => !isToMakeOut(each)),
      ask,
    );
    await severalAtOnce(page.documents.filter(isToMakeOut), ask);
    pageToken = page.nextPageToken;
  } while (pageToken);
}

async function severalAtOnce(
  documents: Delivery[],
  act: (delivery: Delivery) => Promise<void>,
): Promise<void> {
  const left = documents.values();
  const actInTurn = async () => {
    for (const delivery of left) await act(delivery);
  };
  await Promise.all(Array.from({ length: ASKED_AT_ONCE }, actInTurn));
}

/**
 * Asks for one delivery, unless another process does. When it is asked for again is written first: so a process that dies
 * leaves it to the others, and nothing has to be written where there is no answer.
 */
async function askOnce(deps: AskDependencies, inTurn: InTurn, orderId: string, now: Date): Promise<void> {
  const { deliveries, clock, log } = deps;
  const again = new Date(clock().getTime() + ASK_AGAIN_MS);
  let isOurs = false;
  try {
    const delivery = await deliveries.update(orderId, (current) => {
      const begun = beginAsking(current, again, now);
      isOurs = begun !== current;
      return begun;
    });
    if (isOurs) await ask(deps, inTurn, delivery);
  } catch (err) {
    log.warn({ err, orderId }, "what the issuer did is not known, it is asked again");
  }
}

async function ask(deps: AskDependencies, inTurn: InTurn, delivery: Delivery): Promise<void> {
  const { deliveries, issuer, clock } = deps;
  const { _id, issue } = delivery;
  switch (issue?.status) {
    case "ASKED":
      return makeOut(deps, inTurn, delivery, issue.upload);
    case "REJECTED":
      return takeRejectedBack(deps, _id);
    case "RETURNING":
      await issuer.takeBack(issueKey(_id));
      await deliveries.update(_id, (current) => receiveReturn(current, clock()));
  }
}

/** The seller's ticket is good again after that. */
async function takeRejectedBack(
  { deliveries, issuer, clock }: AskDependencies,
  orderId: string,
): Promise<void> {
  await issuer.takeBack(issueKey(orderId));
  await deliveries.update(orderId, (current) => receiveRefusal(current, clock()));
}

/** What the issuer made already is asked for first: the answer to the call that made it may be lost. */
async function makeOut(
  deps: AskDependencies,
  inTurn: InTurn,
  delivery: Delivery,
  upload: SealedUpload,
): Promise<void> {
  const { deliveries, issuer, files, clock, log } = deps;
  const { _id, buyerId } = delivery;
  const key = issueKey(_id);
  const made =
    (await issuer.find(key)) ??
    (await issuer.reissue({ key, file: await readSoldFile(files, upload), holderId: buyerId }));
  if ("refused" in made) {
    await deliveries.update(_id, (current) => receiveRefusal(current, clock()));
    return;
  }
  try {
    // One after the other: a file that is looked at takes a place from those who upload.
    await inTurn(() => deliverIssued(deps, delivery, made.file), new AbortController().signal);
  } catch (err) {
    if (!isNotTaken(err)) throw err;
    const rejected = await deliveries.update(_id, (current) => rejectIssued(current, clock()));
    if (rejected.issue?.status !== "REJECTED") return;
    log.error({ err, orderId: _id }, "what the issuer made is not taken: the seller is to deliver");
    await takeRejectedBack(deps, _id);
  }
}

/** What no repeat makes good: it is no file that is taken, or its barcode is somebody else's. */
const isNotTaken = (error: unknown): boolean =>
  isRefusedFor(error, "FILE_REFUSED") || isRefusedFor(error, "BARCODE_TAKEN");

async function deliverIssued(
  { deliveries, files, barcodes, clock }: AskDependencies,
  { _id, sellerId, buyerId }: Delivery,
  issued: Uint8Array,
): Promise<void> {
  const file = await sealIssued(files, _id, issued);
  const discard = () => files.discard(file).catch(() => undefined);
  const claimTime = clock();
  const write = async () => {
    await barcodes.claim({ kind: "order", id: _id, sellerId, buyerId }, file.barcodes ?? []);
    return deliveries.update(_id, (current) => {
      requireClaimed(claimTime, clock());
      return receiveIssued(current, file, clock());
    });
  };
  const { content } = await write().catch(async (error: unknown) => {
    // A write whose outcome is not known may have been made: nothing goes then.
    if (error instanceof DomainError) await discard();
    throw error;
  });
  const isThere = content?.kind === DeliveryKind.FILE && content.file.fileId === file.fileId;
  if (!isThere) await discard();
}
