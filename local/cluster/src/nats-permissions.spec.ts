import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { AckPolicy, type JetStreamManager, jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { type BrokerUser, brokerUrl, brokerUsers } from "@ticketing/launcher/broker-users";
import { ensureKeys } from "@ticketing/launcher/keys";
import { natsUsers } from "@ticketing/launcher/nats-users";
import { type ServiceName, serviceNames } from "@ticketing/launcher/service-names";
import { brokerLogin } from "@ticketing/runtime/events/broker-login";
import { createEvents, type Events, PoisonEvent } from "@ticketing/runtime/events/events";
import { openFileStore } from "@ticketing/runtime/events/file-store";
import { openObjects } from "@ticketing/runtime/events/kept-objects";
import { RECONCILE, republishOf } from "@ticketing/runtime/events/removed-events";
import { createLogger } from "@ticketing/runtime/process/log";
import { findServer } from "@ticketing/servers/find";
import { launch, type RunningProcess } from "@ticketing/servers/launch";
import { startNats } from "@ticketing/servers/nats";
import { freePort } from "@ticketing/servers/ports";
import { httpOk } from "@ticketing/servers/probe";
import { overlayObjects } from "../testing/mesh.ts";
import { writeNatsConfig } from "./nats-config.ts";
import { secret } from "./objects.ts";

jest.setTimeout(60_000);
const log = createLogger("spec", "silent");

interface Broker {
  server: RunningProcess;
  /** The address with the login of a user. */
  url(user: BrokerUser): string;
}

/** The broker of an overlay, alone and in plain text: permissions are the same on one server and on three, and by TLS. */
async function onCluster(folder: string): Promise<Broker> {
  const objects = await overlayObjects("k8s/overlays/production");
  const [client, monitor] = [await freePort(), await freePort()];
  const { file, env } = await writeNatsConfig(objects, folder, (text) =>
    text
      .replace("include ./cluster.conf", "")
      .replace("include ./tls.conf", "")
      .replace("0.0.0.0:4222", `127.0.0.1:${client}`)
      .replace("0.0.0.0:8222", `127.0.0.1:${monitor}`)
      .replace("/run/nats/", `${folder}/`)
      .replace("store_dir: /data", `store_dir: ${JSON.stringify(join(folder, "data"))}`),
  );
  const server = await launch({
    name: "nats",
    command: await findServer("nats"),
    args: ["--config", file],
    env: { ...process.env, ...env, POD_NAME: "nats-0" },
    logFile: join(folder, "nats.log"),
    probe: () => httpOk(`http://127.0.0.1:${monitor}/healthz`),
  });
  const url = (user: BrokerUser) =>
    `nats://${user}:${secret(objects, user)?.["nats-password"]}@127.0.0.1:${client}`;
  return { server, url };
}

/** The broker of `npm start`. */
async function onOneMachine(folder: string): Promise<Broker> {
  const { brokerPasswords } = await ensureKeys(join(folder, "keys"));
  const server = await startNats({ dir: folder, users: await natsUsers(brokerPasswords) });
  return { server, url: (user) => brokerUrl(server.url, user, brokerPasswords) };
}

const owners: Readonly<Record<string, { owner: ServiceName; subject: string }>> = {
  USERS: { owner: "auth", subject: "evt.auth.>" },
  TICKETS: { owner: "tickets", subject: "evt.tickets.>" },
  ORDERS: { owner: "orders", subject: "evt.orders.>" },
  PAYMENTS: { owner: "payments", subject: "evt.payments.>" },
  EVENTS: { owner: "events", subject: "evt.events.>" },
  DELIVERIES: { owner: "deliveries", subject: "evt.deliveries.>" },
  PAYOUTS: { owner: "payouts", subject: "evt.payouts.>" },
  CASES: { owner: "cases", subject: "evt.cases.>" },
  RECONCILIATION: { owner: "workflows", subject: "evt.workflows.>" },
  DEAD_LETTERS: { owner: "operations", subject: "dlq.>" },
};
const streams = Object.keys(owners);
/**
 * Who keeps the dead letters and tells operators of everybody: operations, and for this release catalog too, which did
 * so before and runs in both releases for a while.
 */
const keepers: readonly ServiceName[] = ["operations", "catalog"];
const isKeeper = (name: string) => keepers.some((keeper) => keeper === name);
/** Who projects which streams. */
const readers: Readonly<Record<string, ServiceName>> = {
  ...{ USERS: "catalog", TICKETS: "catalog", EVENTS: "catalog" },
  ...{ ORDERS: "operations", PAYMENTS: "operations", RECONCILIATION: "operations" },
};
/** Who acts upon events of which streams, by a durable consumer. */
const actors: readonly (readonly [stream: string, actor: ServiceName])[] = [
  ["ORDERS", "workflows"],
  ["PAYMENTS", "workflows"],
  ["PAYMENTS", "cases"],
  ["EVENTS", "tickets"],
  ["USERS", "tickets"],
  ["EVENTS", "workflows"],
  ["TICKETS", "orders"],
  ["ORDERS", "deliveries"],
  ["ORDERS", "payouts"],
  ["PAYOUTS", "workflows"],
  ["CASES", "workflows"],
  ["DELIVERIES", "cases"],
  ["DELIVERIES", "tickets"],
];
/** The streams that tell what operators did, which operations keeps. */
const audited = ["USERS", "EVENTS", "TICKETS", "PAYOUTS", "CASES"];
const isActor = (name: string) => actors.some(([, actor]) => actor === name);
/** What catalog keeps of its search, beside events. */
const SNAPSHOTS = { stream: "CATALOG_SNAPSHOTS", subject: "snapshots.catalog", keep: 2 };
/** What is kept beside events, whose alone, and with which subjects. */
const stores: readonly { stream: string; subject: string; owner: ServiceName }[] = [
  { ...SNAPSHOTS, owner: "catalog" },
  { stream: "DELIVERY_UPLOADS", subject: "files.uploads", owner: "deliveries" },
  { stream: "DELIVERY_FILES", subject: "files.delivered", owner: "deliveries" },
];
/** Whose streams a service looks at beside its own: how full they are, and where they begin. */
const looks: Readonly<Partial<Record<ServiceName, string[]>>> = {
  tickets: ["ORDERS", "PAYMENTS", "EVENTS", "USERS", "DELIVERIES"],
  orders: ["TICKETS"],
  deliveries: ["ORDERS"],
  workflows: ["ORDERS", "PAYMENTS", "EVENTS", "PAYOUTS", "CASES"],
  payouts: ["ORDERS"],
  cases: ["PAYMENTS", "DELIVERIES"],
  operations: streams.filter((stream) => stream !== "DEAD_LETTERS"),
  catalog: streams,
};
const askersOf = (stream: string): ServiceName[] =>
  // catalog may ask for what it read in the release before, too.
  [
    ...actors.filter(([followed]) => followed === stream).map(([, actor]) => actor),
    ...(readers[stream] === "operations" ? keepers : (["catalog"] as const)),
    ...(audited.includes(stream) ? (["operations"] as const) : []),
  ];
/** Who answers which request, and who asks: consumers that missed events. */
const requests: readonly { subject: string; owner: ServiceName; askers: ServiceName[] }[] = [
  ...Object.entries(owners)
    .filter(([stream]) => stream in readers || actors.some(([followed]) => followed === stream))
    .map(([stream, { owner }]) => ({ subject: republishOf(stream), owner, askers: askersOf(stream) })),
  {
    subject: RECONCILE,
    owner: "workflows",
    askers: ["workflows", "tickets", "orders", "deliveries", "payouts", "cases", ...keepers],
  },
];
const event = (service: string, id: string) => ({
  subject: `evt.${service}.v1.spec.${id}`,
  id,
  type: "spec",
  source: service,
  time: new Date(0),
  payload: new TextEncoder().encode(id),
});

async function until(done: () => boolean | Promise<boolean>): Promise<void> {
  for (let n = 0; n < 500; n++) {
    if (await done()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error("it never happened");
}

/** Refusals come in their own time; the first that does not come is for the caller to name. */
const untilRefused = (refused: ReadonlySet<string>, subjects: readonly string[]) =>
  until(() => subjects.every((subject) => refused.has(subject))).catch(() => undefined);

describe.each([
  ["a cluster", onCluster],
  ["one machine", onOneMachine],
])("the broker of %s", (_, start) => {
  let folder: string;
  let broker: Broker;
  const events = new Map<ServiceName, Events>();
  const raw = new Map<BrokerUser, NatsConnection>();
  const managers = new Map<BrokerUser, JetStreamManager>();
  const of = <K, V>(map: ReadonlyMap<K, V>, key: K): V => {
    const found = map.get(key);
    if (!found) throw new Error(`there is no ${key}`);
    return found;
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "ticketing-permissions-"));
    broker = await start(folder);
    for (const user of brokerUsers) {
      const connection = await connect(brokerLogin(broker.url(user)));
      raw.set(user, connection);
      managers.set(user, await jetstreamManager(connection, { checkAPI: false }));
    }
    for (const service of serviceNames)
      events.set(service, await createEvents({ natsUrl: broker.url(service), name: service, log }));
  });
  afterAll(async () => {
    for (const each of events.values()) await each.close();
    for (const connection of raw.values()) await connection.close();
    await broker?.server.kill();
    await rm(folder, { recursive: true, force: true });
  });

  it("lets nobody in without a password, or with another's", async () => {
    const { servers } = brokerLogin(broker.url("auth"));
    const { pass } = brokerLogin(broker.url("tickets"));
    await expect(connect({ servers })).rejects.toThrow(/authorization/i);
    await expect(connect({ servers, user: "auth", pass })).rejects.toThrow(/authorization/i);
  });

  it("lets each service do its work", async () => {
    const seen: string[] = [];
    const poison = new Set<string>(actors.map(([, actor]) => actor));
    const see = (who: ServiceName) => async (incoming: { payload: Uint8Array }) => {
      if (poison.has(who)) throw new PoisonEvent("not yet understood");
      seen.push(`${who} ${new TextDecoder().decode(incoming.payload)}`);
    };
    // Consumers come before what they read is there.
    for (const [stream, { subject }] of Object.entries(owners)) {
      const reader = readers[stream];
      if (reader)
        of(events, reader).consume({ stream, durable: reader, filter: subject, handle: see(reader) });
      if (audited.includes(stream))
        of(events, "operations").consume({
          ...{ stream, durable: "operations", filter: subject, handle: see("operations") },
        });
      for (const [, actor] of actors.filter(([followed]) => followed === stream)) {
        of(events, actor).consume({ stream, durable: actor, filter: subject, handle: see(actor) });
      }
    }
    for (const [stream, { owner, subject }] of Object.entries(owners)) {
      // Created, and brought to its settings.
      for (let n = 0; n < 2; n++) {
        if (stream === "DEAD_LETTERS")
          for (const keeper of keepers) await of(events, keeper).deadLetters.ensure();
        else await of(events, owner).ensureStream(stream, [subject]);
      }
    }
    for (const [who, stream] of [
      ["orders", "ORDERS"],
      ["catalog", "TICKETS"],
      ["catalog", "USERS"],
      ["catalog", "EVENTS"],
    ] as const) {
      await of(events, who).watch({
        stream,
        filter: owners[stream]?.subject ?? "",
        handle: ({ read }) => void seen.push(`watch ${read().id}`),
      });
    }
    const healths: string[] = [];
    const hear = (who: ServiceName, subject: string) =>
      of(events, who).presence.subscribe(subject, (payload) =>
        healths.push(`${who} ${new TextDecoder().decode(payload)}`),
      );
    for (const keeper of keepers) hear(keeper, "health.*");
    for (const service of serviceNames) {
      hear(service, `health.${service}`);
      await of(events, service).ping();
    }
    for (const [stream, { owner }] of Object.entries(owners)) {
      of(events, owner).presence.publish(`health.${owner}`, new TextEncoder().encode(owner));
      if (stream !== "DEAD_LETTERS") await of(events, owner).publish(event(owner, owner));
    }
    const told = serviceNames
      .filter((name) => name !== "catalog")
      .flatMap((name) => [name, ...keepers].map((hearer) => `${hearer} ${name}`));
    await until(() => healths.length >= told.length);
    expect(healths.sort()).toEqual(told.sort());
    const own = ["auth", "tickets", "orders", "payments", "events", "workflows"];
    const heard = [
      ...own.map(
        (name) => `${["auth", "tickets", "events"].includes(name) ? "catalog" : "operations"} ${name}`,
      ),
      ...["watch auth", "watch events", "watch orders", "watch tickets"],
      ...audited.map((stream) => `operations ${owners[stream]?.owner}`),
    ].sort();
    await until(() => seen.length >= heard.length);
    expect(seen.sort()).toEqual(heard);

    // What one did not understand comes again to it alone, on the operators' request to operations.
    await until(async () => (await of(events, "operations").deadLetters.count()) === actors.length);
    poison.clear();
    seen.length = 0;
    for (const { sequence } of await of(events, "operations").deadLetters.list({ limit: 100 })) {
      await of(events, "operations").deadLetters.replay(sequence);
      await of(events, "operations").deadLetters.replay(sequence);
    }
    expect(seen.sort()).toEqual(actors.map(([stream, actor]) => `${actor} ${owners[stream]?.owner}`).sort());
    expect(await of(events, "operations").deadLetters.count()).toBe(0);

    // Read models are built anew, and operators see how far everybody is.
    await of(events, "operations").forget("ORDERS", "operations");
    await until(() => seen.includes("operations orders"));
    const lag = async () =>
      (await of(events, "operations").consumerLag()).map(({ stream, consumer }) => `${stream} ${consumer}`);
    await until(
      async () => (await lag()).length === Object.keys(readers).length + audited.length + actors.length,
    );
    const storage = await of(events, "operations").streamStorage();
    expect(storage.map(({ stream }) => stream).sort()).toEqual([...streams].sort());
    expect(storage.filter(({ bytes }) => bytes === 0)).toEqual([]);
    for (const [who, seen] of Object.entries(looks))
      for (const stream of seen)
        expect(await of(events, who as ServiceName).storageOf(stream)).toMatchObject({ stream });

    // What a consumer missed is announced again at its request.
    const answered: string[] = [];
    for (const { subject, owner } of requests) {
      of(events, owner).requests.answer(subject, async () => void answered.push(subject));
      // Once the broker answers, it has the subscription.
      await of(events, owner).ping();
    }
    for (const { subject, askers } of requests)
      for (const asker of askers) await of(events, asker).requests.ask(subject);
    expect(answered).toEqual(requests.flatMap(({ subject, askers }) => askers.map(() => subject)));
    for (const each of events.values()) await each.ping();
  });

  it("lets catalog keep its snapshots, and those alone are purged", async () => {
    const store = await openFileStore(of(raw, "catalog"), { ...SNAPSHOTS, replicas: 1 });
    const content = async function* () {
      yield new Uint8Array(1000);
    };
    const stored = [];
    for (let n = 0; n < 3; n++) stored.unshift(await (await store.lease(1000))?.store(content(), n));
    const kept = await store.list();
    expect(kept).toEqual(stored.slice(0, 2));
    for (const file of kept) for await (const part of store.read(file)) expect(part).toHaveLength(1000);
  });

  it("lets deliveries keep files, in quarantine and delivered ones", async () => {
    for (const { stream, subject } of stores.filter(({ owner }) => owner === "deliveries")) {
      const options = { stream, subject, replicas: 1, maxAgeMs: 60_000 };
      // Every replica opens it.
      await openObjects(of(raw, "deliveries"), options);
      const objects = await openObjects(of(raw, "deliveries"), options);
      // A later release, or another setting, keeps them for longer.
      const maxAgeMs = 600_000;
      await openObjects(of(raw, "deliveries"), { ...options, maxAgeMs });
      for (const content of [new Uint8Array(1000), new Uint8Array(2000)]) await objects.put("a/b", content);
      expect(await objects.get("a/b")).toHaveLength(2000);
      await objects.remove("a/b");
      expect(await objects.get("a/b")).toBeUndefined();
    }
  });

  const consumers: readonly (readonly [string, string])[] = [
    ...actors,
    ...Object.entries(readers),
    ...audited.map((stream) => [stream, "operations"] as const),
  ];

  /** All that a user must not do, by the subject that it takes, whatever is sent there. */
  const forbidden = (user: ServiceName): string[] => {
    const others = serviceNames.filter((name) => name !== user);
    const foreign = streams.filter(
      (stream) => owners[stream]?.owner !== user && !(stream === "DEAD_LETTERS" && isKeeper(user)),
    );
    const api = (verb: string, name: string) => `$JS.API.${verb}.${name}`;
    return [
      ...others.flatMap((name) => [
        `evt.${name}.v1.forged.1`,
        `health.${name}`,
        `_INBOX.${name}.x`,
        `dlq.ORDERS.${name}`,
        `dlq.ORDERS.${name}.handled.1`,
      ]),
      ...streams.flatMap((stream) =>
        [
          ...["STREAM.DELETE", "STREAM.PURGE", "STREAM.MSG.DELETE", "STREAM.SNAPSHOT", "STREAM.RESTORE"],
          ...["STREAM.LEADER.STEPDOWN", "STREAM.PEER.REMOVE", "DIRECT.GET"],
          // Without a name in the subject, any consumer could be meant.
          ...["CONSUMER.CREATE", "CONSUMER.DURABLE.CREATE"],
        ].map((verb) => api(verb, stream)),
      ),
      ...foreign.flatMap((stream) => [api("STREAM.CREATE", stream), api("STREAM.UPDATE", stream)]),
      ...foreign
        .filter((stream) => !(looks[user] ?? []).includes(stream))
        .map((stream) => api("STREAM.INFO", stream)),
      ...["MINE", "EVT"].map((name) => api("STREAM.CREATE", name)),
      ...stores.flatMap(({ stream, subject, owner }) => [
        ...["STREAM.DELETE", "STREAM.MSG.DELETE", "STREAM.RESTORE"].map((verb) => api(verb, stream)),
        ...(user === owner
          ? []
          : [
              ...["STREAM.CREATE", "STREAM.UPDATE", "STREAM.PURGE", "STREAM.MSG.GET"],
              // Operations shows what it takes, and so did catalog.
              ...(isKeeper(user) ? [] : ["STREAM.INFO"]),
              ...["DIRECT.GET", "CONSUMER.CREATE"],
            ]
              .map((verb) => api(verb, stream))
              .concat(api("DIRECT.GET", `${stream}.${subject}.x`), `${subject}.index`)
              // With a name of its own, which is allowed for streams of events.
              .concat(api("CONSUMER.CREATE", `${stream}.${user}.${subject}.x`))),
      ]),
      // Dead letters are read by those who set them aside.
      ...streams
        .filter((stream) => stream !== "DEAD_LETTERS" || !(isKeeper(user) || isActor(user)))
        .map((stream) => api("STREAM.MSG.GET", stream)),
      ...consumers.flatMap(([stream, consumer]) =>
        consumer === user
          ? []
          : [
              `$JS.API.CONSUMER.CREATE.${stream}.${consumer}`,
              `$JS.API.CONSUMER.CREATE.${stream}.${consumer}.${owners[stream]?.subject.replace(">", "x")}`,
              `$JS.API.CONSUMER.DURABLE.CREATE.${stream}.${consumer}`,
              ...["DELETE", "INFO", "MSG.NEXT", "PAUSE", "RESET", "UNPIN", "LEADER.STEPDOWN"].map((verb) =>
                api(`CONSUMER.${verb}`, `${stream}.${consumer}`),
              ),
              `$JS.ACK.${stream}.${consumer}.1.1.1.1.1`,
            ],
      ),
      ...(isKeeper(user) ? [] : ["replay.ORDERS.workflows", "replay.TICKETS.catalog"]),
      ...requests.filter(({ askers }) => !askers.includes(user)).map(({ subject }) => subject),
      ...[
        "$JS.API.INFO",
        "$JS.API.ACCOUNT.PURGE.$G",
        "$JS.API.META.LEADER.STEPDOWN",
        "$SYS.REQ.SERVER.PING",
        "other",
      ],
    ];
  };

  it.each(serviceNames)(
    "refuses %s everything that is another's, and to delete what is its own",
    async (user) => {
      const connection = await connect(brokerLogin(broker.url(user)));
      const refused = new Set<string>();
      void (async () => {
        for await (const status of connection.status()) {
          const subject = status.type === "error" && /to "([^"]+)"/.exec(status.error.message)?.[1];
          if (subject) refused.add(subject);
        }
      })();
      const subjects = forbidden(user);
      for (const subject of subjects) connection.publish(subject, "{}", { reply: `_INBOX.${user}.x` });
      await untilRefused(refused, subjects);
      expect(subjects.filter((subject) => !refused.has(subject))).toEqual([]);

      const others = serviceNames.filter((name) => name !== user);
      const listening = [
        ...others.map((name) => `_INBOX.${name}.>`),
        ...["_INBOX.>", ">", "evt.>", "dlq.>", "$JS.>", "$SYS.>", "replay.>", "republish.>"],
        ...requests.filter(({ owner }) => owner !== user).map(({ subject }) => subject),
        ...(isKeeper(user) ? [] : [...others.map((name) => `health.${name}`), "health.*"]),
        ...[...actors.map(([, actor]) => actor), ...keepers]
          .filter((name) => name !== user)
          .map((name) => `replay.*.${name}`),
      ];
      refused.clear();
      for (const subject of listening) connection.subscribe(subject, { callback: () => undefined });
      await untilRefused(refused, listening);
      expect(listening.filter((subject) => !refused.has(subject))).toEqual([]);
      await connection.close();
    },
  );

  it("answers what a service asks of its own stream, but not over another's subjects", async () => {
    const payments = of(managers, "payments");
    const wider = {
      ...(await payments.streams.info("PAYMENTS")).config,
      subjects: ["evt.payments.>", "evt.>"],
    };
    await expect(payments.streams.update("PAYMENTS", wider)).rejects.toThrow(/overlap/);
    await expect(payments.streams.purge("PAYMENTS")).rejects.toThrow(/permissions violation/i);
    await expect(payments.streams.delete("PAYMENTS")).rejects.toThrow(/permissions violation/i);
    await expect(payments.streams.deleteMessage("PAYMENTS", 1)).rejects.toThrow(/permissions violation/i);
  });

  it("keeps everything through all of it", async () => {
    const operator = of(managers, "operator");
    for (const stream of streams) {
      const { state } = await operator.streams.info(stream);
      expect([stream, state.messages > 0, state.num_deleted ?? 0]).toEqual([stream, true, 0]);
    }
    for (const [stream, name] of consumers) {
      const { config } = await operator.consumers.info(stream, name);
      expect([config.ack_policy, config.filter_subject]).toEqual([
        AckPolicy.Explicit,
        owners[stream]?.subject,
      ]);
    }
    expect((await jetstream(of(raw, "operator")).publish("evt.auth.v1.spec.operator")).stream).toBe("USERS");
  });
});
