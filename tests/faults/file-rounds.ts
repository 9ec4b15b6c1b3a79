import { describe, expect, it } from "@jest/globals";
import { JetStreamApiError, jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { pdf } from "@ticketing/deliveries/testing/files";
import { brokerLogin } from "@ticketing/runtime/events/broker-login";
import { callFiles, decrypt, upload } from "../support/files.ts";
import { deliverWithRetries, retry, stories } from "../support/stories.ts";
import { reported } from "../support/suite-report.ts";
import type { TestMesh } from "../support/test-mesh.ts";
import type { AfterSale } from "./after-sale-stage.ts";
import { both, killedAt, type Place } from "./places.ts";

const UPLOADS = "DELIVERY_UPLOADS";
/** The file is stored under its key, and not delivered; delivered, and in quarantine still. */
const decisive: Place[] = [
  ["deliveries", "store delivered:after", 2],
  ["deliveries", `purge ${UPLOADS}:before`],
];
/** Each step of a file's way from its seller to its buyer. */
const places: Place[] = [
  // The parts, and what says that they are whole.
  ...["store uploads", "store delivered"].flatMap((place) =>
    [1, 2].flatMap((nth) => both("deliveries", place, nth)),
  ),
  ...both("deliveries", "write deliveries.replaceOne"),
  ...both("deliveries", `purge ${UPLOADS}`),
  ...both("deliveries", "publish delivery_made"),
  ...both("deliveries", "call OpenTicket"),
];
/** At which of them the broker is killed. What it does not delete then goes by its age. */
const brokerPlaces = ["store uploads", "store delivered"].flatMap((place) => [
  `${place}:before`,
  `${place}:after`,
]);

/** The subjects of what is in quarantine. */
async function quarantined({ addresses }: TestMesh): Promise<string[]> {
  const broker = await connect(brokerLogin(addresses.nats));
  try {
    const manager = await jetstreamManager(broker);
    const { state } = await manager.streams.info(UPLOADS, { subjects_filter: ">" });
    return Object.keys(state.subjects ?? {});
  } catch (error) {
    // The first upload makes the stream.
    if (error instanceof JetStreamApiError && error.status === 404) return [];
    throw error;
  } finally {
    await broker.close();
  }
}

/** A ticket that is a file, uploaded, delivered and opened: what was acknowledged is there, and only under its key. */
async function delivered({ mesh, seller, buyer }: AfterSale, arm: () => void): Promise<void> {
  const { order } = await stories.purchase(mesh, seller, buyer);
  const orderId = order.id;
  await retry(() => seller.deliveries.getDelivery({ orderId }));
  const content = pdf(`/Type /Catalog /Of (${orderId})`);
  arm();
  const { uploadId, subjects } = await retry(async () => {
    const before = await quarantined(mesh);
    const uploadId = await upload(seller, orderId, content);
    const after = await quarantined(mesh);
    return { uploadId, subjects: after.filter((subject) => !before.includes(subject)) };
  });
  expect(subjects.length).toBeGreaterThan(0);
  await deliverWithRetries(seller, order, { case: "uploadId", value: uploadId });
  const left = await retry(() => quarantined(mesh));
  expect(left.filter((subject) => subjects.includes(subject))).toEqual([]);
  const opened = await retry(async () => {
    const { content } = await buyer.deliveries.openTicket({ orderId });
    if (content.case !== "file") throw new Error(`it is a ${content.case}`);
    const { status, body } = await callFiles(content.value.url);
    if (status !== 200) throw new Error(`the file was answered ${status}`);
    expect(body.includes(orderId)).toBe(false);
    return decrypt(content.value, body);
  });
  expect(opened.equals(content)).toBe(true);
}

/** What happens to delivered files. */
export function fileRounds(stage: () => AfterSale): void {
  describe("a file that was acknowledged is there, and nowhere else in plain", () => {
    it(
      "wherever deliveries is killed on its way",
      () =>
        reported("deliveries killed at each step of a file", () =>
          killedAt(stage().mesh, process.env.QUICK ? decisive : places, (arm) => delivered(stage(), arm)),
        ),
      1_200_000,
    );

    it("when the broker is killed as it is stored", async () => {
      // A process waits for a broker that does not answer for half a minute.
      if (process.env.QUICK) return;
      await reported("broker killed as a file is stored", async () => {
        const { mesh } = stage();
        for (const place of brokerPlaces) {
          await delivered(stage(), () => mesh.armAgainst("nats", "deliveries", place));
          expect([place, await mesh.died("deliveries")]).toEqual([place, true]);
          await mesh.serves("nats");
        }
        return brokerPlaces.length;
      });
    }, 600_000);
  });
}
