import { randomUUID } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import { AuditAction } from "@ticketing/proto/operations/v1/audit_entry";
import { OrderStatus } from "@ticketing/proto/orders/v1/order";
import type { Person } from "../support/clients.ts";
import { listTicket, lockTicket, refusal, searchShows } from "../support/people.ts";
import { payWithRetries, waitForEnd } from "../support/stories.ts";
import { eventually, type TestMesh } from "../support/test-mesh.ts";

/** What operators decide about users and listings; `stage` is asked when the tests run. */
export function decisionJourneys(
  stage: () => { mesh: TestMesh; buyer: Person },
  operator: () => Promise<Person>,
): void {
  const list = (seller: Person) => listTicket(seller, `Decision ${randomUUID().slice(0, 8)}`, 1_500n);

  describe("a user whom an operator suspends", () => {
    it("neither sells nor buys until reinstated, and what is under way goes on", async () => {
      const { mesh, buyer } = stage();
      const [suspect, other, office] = await Promise.all([
        mesh.person("suspect"),
        mesh.person("other"),
        operator(),
      ]);
      const [free, held, wanted] = await Promise.all([list(suspect), list(suspect), list(other)]);
      await searchShows(buyer, free, true);
      const order = await lockTicket(buyer, held);
      const { user } = await office.auth.findUser({ query: suspect.userId });
      const decision = {
        userId: suspect.userId,
        version: user?.version ?? 0n,
        reason: "sold a ticket twice",
      };
      await office.auth.suspendUser(decision);

      await searchShows(buyer, free, false);
      expect((await refusal(lockTicket(buyer, free))).reason).toBe("SELLER_SUSPENDED");
      expect((await refusal(list(suspect))).reason).toBe("USER_SUSPENDED");
      expect((await refusal(lockTicket(suspect, wanted))).reason).toBe("USER_SUSPENDED");
      const { user: told } = await suspect.auth.getCurrentUser({});
      expect(told?.suspension?.reason).toBe("sold a ticket twice");
      await payWithRetries(mesh, buyer, order);
      await waitForEnd(buyer, order, OrderStatus.COMPLETE);

      await office.auth.reinstateUser({ ...decision, version: decision.version + 1n, reason: "a mistake" });
      await searchShows(buyer, free, true);
      await office.tickets.takeDownTicket({ ticketId: free.id, reason: "a copy" });
      expect((await refusal(lockTicket(buyer, free))).reason).toBe("TICKET_WITHDRAWN");
      await searchShows(buyer, free, false);

      const log = async (subjectId: string) =>
        (await office.operations.listAuditLog({ subjectId })).entries.map(
          ({ action, operatorId, reason }) => {
            expect(operatorId).toBe(office.userId);
            return [action, reason];
          },
        );
      const acts = (subjectId: string, count: number) =>
        eventually(async () => {
          const found = await log(subjectId);
          return found.length === count ? found : undefined;
        });
      expect(await acts(suspect.userId, 2)).toEqual([
        [AuditAction.USER_REINSTATED, "a mistake"],
        [AuditAction.USER_SUSPENDED, "sold a ticket twice"],
      ]);
      expect(await acts(free.id, 1)).toEqual([[AuditAction.TICKET_TAKEN_DOWN, "a copy"]]);
    }, 60_000);
  });
}
