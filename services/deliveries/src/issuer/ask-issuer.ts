import { DeliveryKind } from "@ticketing/proto/deliveries/v1/delivery";
import { type Clock, isOver } from "@ticketing/runtime/process/clock";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import type { Logger } from "@ticketing/runtime/process/log";
import { repeatedly } from "@ticketing/runtime/process/repeatedly";
import { requireClaimed } from "../barcodes/barcode.ts";
import type { Barcodes } from "../barcodes/barcodes.ts";
import { readSoldFile, sealIssued } from "../content.ts";
import type { Delivery, SealedUpload } from "../delivery.ts";
import { type DeliveryStore, findToIssue } from "../delivery-aggregate.ts";
import type { Files } from "../files/files.ts";
import { askAgainAt, issueKey, receiveIssued, receiveRefusal, receiveReturn } from "./issue.ts";
import type { TicketIssuer } from "./ticket-issuer.ts";

const PAGE = 100;

/** After this time an issuer that did not answer is asked again. */
export const ASK_AGAIN_MS = 30_000;

export interface AskDependencies {
  deliveries: DeliveryStore;
  issuer: TicketIssuer;
  files: Pick<Files, "read" | "keep" | "discard">;
  barcodes: Barcodes;
  clock: Clock;
  log: Pick<Logger, "warn">;
}

/** Asks the issuer what deliveries need of it, every `everyMs`; gives how to stop. */
export const askIssuerRepeatedly = (deps: AskDependencies, everyMs: number): (() => Promise<void>) =>
  repeatedly(
    everyMs,
    () => askAll(deps),
    (err) => deps.log.warn({ err }, "the issuer of tickets is asked later"),
  );

/** Goes through what is due once, page by page. Other processes do so, too: a key is asked twice, and answered alike. */
export async function askAll(deps: AskDependencies): Promise<void> {
  const { deliveries, clock, log } = deps;
  const now = clock();
  let pageToken = "";
  do {
    const page = await findToIssue(deliveries, now, { pageSize: PAGE, pageToken });
    for (const delivery of page.documents) {
      await ask(deps, delivery).catch(async (err: unknown) => {
        log.warn({ err, orderId: delivery._id }, "what the issuer did is not known, it is asked again");
        const later = new Date(clock().getTime() + ASK_AGAIN_MS);
        await deliveries.update(delivery._id, (current) =>
          current.issueTime && isOver(current.issueTime, now) ? askAgainAt(current, later, clock()) : current,
        );
      });
    }
    pageToken = page.nextPageToken;
  } while (pageToken);
}

async function ask(deps: AskDependencies, { _id }: Delivery): Promise<void> {
  const { deliveries, issuer, clock } = deps;
  const delivery = await deliveries.get(_id);
  const { issue } = delivery;
  if (issue?.status === "RETURNING") {
    await issuer.takeBack(issueKey(_id));
    await deliveries.update(_id, (current) => receiveReturn(current, clock()));
  } else if (issue?.status === "ASKED") {
    await makeOut(deps, delivery, issue.upload);
  }
}

/** What the issuer made already is asked for first: the answer to the call that made it may be lost. */
async function makeOut(deps: AskDependencies, delivery: Delivery, upload: SealedUpload): Promise<void> {
  const { deliveries, issuer, files, barcodes, clock } = deps;
  const { _id, sellerId, buyerId } = delivery;
  const key = issueKey(_id);
  const made =
    (await issuer.find(key)) ??
    (await issuer.reissue({ key, file: await readSoldFile(files, upload), holderId: buyerId }));
  if ("refused" in made) {
    await deliveries.update(_id, (current) => receiveRefusal(current, clock()));
    return;
  }
  const file = await sealIssued(files, _id, made.file);
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
