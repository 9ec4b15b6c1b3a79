import { MongoClient } from "mongodb";
import type { TestMesh } from "../../support/test-mesh.ts";
import { type Comparison, compare, comparisonLines } from "../comparison.ts";
import type { Row } from "../row.ts";

/** Search by the index of words beside a scan of all listings. */
export const search: Row = {
  name: "search",
  async measure({ mesh }) {
    return { figures: {}, text: comparisonLines([await compareSearch(mesh)]) };
  },
};

/** A search by the index of words, and the same answer by reading every listing. */
async function compareSearch(mesh: TestMesh): Promise<Comparison> {
  const client = await MongoClient.connect(mesh.addresses.mongo, { maxPoolSize: 8 });
  try {
    const db = client.db("catalog");
    const listings = await db.collection("listings").find().toArray();
    const unindexed = db.collection("bench_listings_without_index");
    await unindexed.drop().catch(() => undefined);
    await unindexed.insertMany(listings);
    const rare = { words: { $elemMatch: { $gte: "evening 7", $lt: "evening 7\uffff" } } };
    const word = { words: "juniper" };
    const comparison = await compare(
      `search over ${listings.length} listings, a tenth of them found, 20 returned`,
      {
        "by the index of words": () => db.collection("listings").find(word).limit(20).toArray(),
        "by a scan": () => unindexed.find(word).limit(20).toArray(),
        "nothing found, by the index": () => db.collection("listings").find(rare).limit(20).toArray(),
        "nothing found, by a scan": () => unindexed.find(rare).limit(20).toArray(),
      },
      { inFlight: 4, ms: 400, slices: 3 },
    );
    await unindexed.drop();
    return comparison;
  } finally {
    await client.close();
  }
}
