import { expect, it } from "@jest/globals";
import { projections } from "@ticketing/operations/projections";
import { z } from "zod";
import { find, overlayObjects } from "../testing/mesh.ts";

/** What decides who may do what in MongoDB. */
const rights = z.object({
  security: z.object({
    roles: z.array(
      z.object({
        role: z.string(),
        privileges: z.array(
          z.object({
            resource: z.object({ collection: z.string() }),
            actions: z.array(z.string()),
          }),
        ),
      }),
    ),
  }),
  users: z.array(z.object({ name: z.string(), roles: z.array(z.object({ name: z.string() })) })),
});

it("operations may read and extend the audit log, and neither change nor shorten it", async () => {
  const { spec } = find(await overlayObjects("k8s/overlays/production"), "MongoDBCommunity", "mongodb");
  const { security, users } = rights.parse(spec);
  const given = users.find(({ name }) => name === "operations")?.roles.map(({ name }) => name);
  expect(given).toEqual(["operations"]);
  const privileges = security.roles.find(({ role }) => role === "operations")?.privileges ?? [];
  const allowed = new Map(privileges.map(({ resource, actions }) => [resource.collection, actions]));
  // Rights on the collection "" are rights on all of them.
  expect(allowed.get("")).toEqual(["listCollections"]);
  const making = ["createCollection", "createIndex", "listIndexes"];
  expect(allowed.get("audit_log")).toEqual(["find", "insert", ...making]);
  for (const name of projections) {
    expect(allowed.get(name)).toEqual(["find", "insert", "update", "remove", ...making]);
  }
});
