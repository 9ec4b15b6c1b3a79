import { randomUUID } from "node:crypto";
import { DUPLICATE_KEY } from "@ticketing/runtime/documents/duplicate-key";
import type { Clock } from "@ticketing/runtime/process/clock";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import { type Collection, type Db, MongoServerError } from "mongodb";
import { isAtHome, type Mesh, originOf, type Place } from "./mesh.ts";
import { paymentAggregate } from "./payment-aggregate.ts";

const ID = "mesh";
/** How long a process may use a cached mesh id: a command that renews it takes effect within this time. */
const KEPT_MS = 5_000;
const NAMESPACE_EXISTS = 48;

/** The mesh's id as this process uses it. */
export interface MeshIdentity {
  /** The mesh, whose id marks its own PaymentIntents. */
  read(): Promise<Mesh>;
  /** The mesh, to write at Stripe in its name. Throws UNAVAILABLE PAYMENTS_SUSPENDED while it is a copy's. */
  readToWrite(): Promise<Mesh>;
}

/** The document that holds the mesh's id, and where this database is. */
export type MeshStore = Awaited<ReturnType<typeof openMeshStore>>;

/** Makes the mesh's document unless there is one; of several replicas that begin at once the first one's stays. */
export async function openMeshStore(db: Db, publicUrl: string, clock: Clock) {
  const meshes = db.collection<Mesh>(ID);
  await db.createCollection(ID).catch(unless(NAMESPACE_EXISTS));
  const place = async (): Promise<Place> => ({
    origin: originOf(publicUrl),
    collection: await collectionUuid(db, meshes),
  });

  /** The mesh as stored, and whether it is where it took its id. */
  async function find(): Promise<{ mesh: Mesh; atHome: boolean }> {
    const [mesh, here] = await Promise.all([meshes.findOne({ _id: ID }), place()]);
    if (!mesh) throw new Error("the mesh's document is gone; start payments again");
    return { mesh, atHome: isAtHome(mesh, here) };
  }

  if (!(await meshes.findOne({ _id: ID }))) {
    const [oldest] = await paymentAggregate.collection(db).find().sort({ createTime: 1 }).limit(1).toArray();
    const since = oldest?.createTime ?? clock();
    const first: Mesh = { _id: ID, id: randomUUID(), since, place: await place() };
    await meshes.insertOne(first).catch(unless(DUPLICATE_KEY));
  }

  return {
    find,

    /** This database is a copy: it gets an id of its own, and nothing that exists at Stripe is its. */
    async renew(): Promise<Mesh> {
      const renewed: Mesh = { _id: ID, id: randomUUID(), since: clock(), place: await place() };
      await meshes.replaceOne({ _id: ID }, renewed);
      return renewed;
    },

    /** This is the mesh itself, moved: it keeps its id and what is its at Stripe. */
    async keep(): Promise<Mesh> {
      const { mesh } = await find();
      const moved = { ...mesh, place: await place() };
      await meshes.replaceOne({ _id: ID, id: mesh.id }, moved);
      return moved;
    },
  };
}

/** The id as a process uses it: read again every few seconds. */
export function createMeshIdentity(store: Pick<MeshStore, "find">, clock: Clock): MeshIdentity {
  let known: { found: ReturnType<MeshStore["find"]>; time: number } | undefined;
  const find = () => {
    const now = clock().getTime();
    if (!known || now - known.time >= KEPT_MS) {
      const found = store.find();
      known = { found, time: now };
      found.catch(() => {
        known = undefined;
      });
    }
    return known.found;
  };
  return {
    read: async () => (await find()).mesh,
    async readToWrite() {
      const { mesh, atHome } = await find();
      if (!atHome) throw suspended();
      return mesh;
    },
  };
}

const suspended = () =>
  new DomainError(
    "PAYMENTS_SUSPENDED",
    "this database was copied or moved: an operator has to run `npm run mesh-id`",
  );

/** Without it no copy could be told from the mesh: then nothing may be written in the mesh's name. */
async function collectionUuid(db: Db, collection: Collection<Mesh>): Promise<string> {
  const [found] = await db.listCollections({ name: collection.collectionName }).toArray();
  const uuid = found && "info" in found ? found.info?.uuid : undefined;
  if (!uuid) {
    throw new Error(
      `the database tells no UUID of the collection "${collection.collectionName}": payments needs it to know a copy of its database, and its user the right to listCollections with info`,
    );
  }
  return String(uuid);
}

/** Passes over one error of the server's. */
const unless = (code: number) => (error: unknown) => {
  if (!(error instanceof MongoServerError && error.code === code)) throw error;
};
