import { DeliveryKind } from "@ticketing/proto/deliveries/v1/delivery";
import type { DeliveredContent, Delivery } from "../delivery.ts";

/** The ids of the barcodes in what was delivered; undefined where none were looked for. */
export const barcodesOf = (content: DeliveredContent | undefined): string[] | undefined =>
  content?.kind === DeliveryKind.FILE ? content.file.barcodes : undefined;

/** The ids of the barcodes that the buyer sees, or may have seen: they are this sale's until its money goes back. */
export const knownBarcodes = ({ content, shownBarcodes = [] }: Delivery): string[] => [
  ...new Set([...shownBarcodes, ...(barcodesOf(content) ?? [])]),
];
