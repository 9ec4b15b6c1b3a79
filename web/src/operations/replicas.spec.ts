import { create } from "@bufbuild/protobuf";
import { expect, it } from "@jest/globals";
import { GetOverviewResponseSchema } from "@ticketing/proto/catalog/v1/operations_service";
import { replicasOf } from "./replicas.ts";

const replica = { service: "tickets", instance: "a", serving: true };

it("replicas are read from the field of this release, and from the older one where that is all there is", () => {
  const old = [{ ...replica, instance: "old" }];
  const ids = (overview: Parameters<typeof create<typeof GetOverviewResponseSchema>>[1]) =>
    replicasOf(create(GetOverviewResponseSchema, overview)).map(({ instance }) => instance);
  expect(ids({ replicas: [replica], processes: old })).toEqual(["a"]);
  expect(ids({ processes: old })).toEqual(["old"]);
  expect(ids({})).toEqual([]);
});
