import { beforeAll, beforeEach, expect, jest, test } from "@jest/globals";

const ORIGIN = "https://tickets.example.com";
const FILES = ["/assets/app-1.js", "/assets/app-2.css"];

/** What the server hands out by path; a path without an entry gets no answer at all. */
const served = new Map<string, string>();
/** The caches of the browser: the texts by path, by the name of the cache. */
const kept = new Map<string, Map<string, string>>();
/** By path, the status with which a text is handed out; 200 without an entry. */
const statuses = new Map<string, number>();
const asked: string[] = [];
const listeners = new Map<string, (event: never) => void>();

const pathOf = (request: Request | { url: string }) => request.url.replace(ORIGIN, "");

function cacheOf(name: string) {
  const texts = kept.get(name) ?? new Map<string, string>();
  kept.set(name, texts);
  return {
    async addAll(requests: Request[]) {
      for (const request of requests) texts.set(pathOf(request), await (await ask(request)).text());
    },
    match: async (path: string) => (texts.has(path) ? new Response(texts.get(path)) : undefined),
  };
}

async function ask(request: Request | { url: string }): Promise<Response> {
  asked.push(pathOf(request));
  const text = served.get(pathOf(request));
  if (text === undefined) throw new TypeError("no connection");
  return new Response(text, { status: statuses.get(pathOf(request)) ?? 200 });
}

beforeAll(async () => {
  Object.assign(globalThis, {
    RELEASE: { version: "2", entry: FILES[0], files: FILES },
    self: {
      addEventListener: (type: string, listener: (event: never) => void) => listeners.set(type, listener),
      skipWaiting: async () => {},
      clients: { claim: async () => {} },
    },
    location: { origin: ORIGIN },
    caches: {
      open: async (name: string) => cacheOf(name),
      delete: async (name: string) => kept.delete(name),
      keys: async () => [...kept.keys()],
    },
    fetch: ask,
    // A worker's requests may name a path alone.
    Request: class extends Request {
      constructor(path: string, init: RequestInit) {
        super(`${ORIGIN}${path}`, init);
      }
    },
  });
  await import("./service-worker.ts");
});

beforeEach(() => {
  kept.clear();
  served.clear();
  statuses.clear();
  for (const path of FILES) served.set(path, `file ${path}`);
  served.set("/", `<script src="${FILES[0]}">`);
});

/** Tells the worker of an event, and waits for what it makes the event wait for. */
async function tell(type: "install" | "activate"): Promise<void> {
  const works: Promise<unknown>[] = [];
  listeners.get(type)?.({ waitUntil: (work: Promise<unknown>) => works.push(work) } as never);
  await Promise.all(works);
}

/** What the worker answers to a request; undefined when it leaves it to the browser. */
function request(path: string, init: { mode?: string; method?: string } = {}): Promise<string> | undefined {
  const url = path.startsWith("/") ? `${ORIGIN}${path}` : path;
  let answer: Promise<string> | undefined;
  listeners.get("fetch")?.({
    request: { url, method: "GET", mode: "cors", ...init },
    respondWith: (response: Promise<Response>) => {
      answer = response.then((each) => each.text());
      // Who expects none waits for none.
      answer.catch(() => {});
    },
  } as never);
  return answer;
}
const page = (path: string) => request(path, { mode: "navigate" });

test("a release is kept whole, and the one before goes once it is there", async () => {
  cacheOf("app-1");
  await tell("install");
  expect([...(kept.get("app-2")?.keys() ?? [])]).toEqual(["/", ...FILES]);
  expect(kept.has("app-1")).toBe(true);
  await tell("activate");
  expect([...kept.keys()]).toEqual(["app-2"]);
});

test.each([
  ["the page is of another release", () => served.set("/", '<script src="/assets/app-9.js">')],
  ["a file is missing", () => served.delete("/assets/app-2.css")],
])("nothing is kept of a release when %s", async (_, change) => {
  change();
  await expect(tell("install")).rejects.toThrow();
  expect([...kept.keys()]).toEqual([]);
});

test("a page is the server's, and the kept one without a server", async () => {
  await tell("install");
  served.set("/orders/1", "newer");
  expect(await page("/orders/1")).toBe("newer");
  served.delete("/orders/1");
  expect(await page("/orders/1")).toContain(FILES[0]);
});

test.each([429, 502, 503])(
  "an answer with status %s is not shown in the place of the kept page",
  async (status) => {
    await tell("install");
    served.set("/orders/1", "resource exhausted");
    statuses.set("/orders/1", status);
    expect(await page("/orders/1")).toContain(FILES[0]);
  },
);

test("a server's error is shown where no page is kept, and what is not found is the server's to say", async () => {
  served.set("/orders/1", "no healthy upstream");
  statuses.set("/orders/1", 503);
  expect(await page("/orders/1")).toBe("no healthy upstream");
  await tell("install");
  statuses.set("/orders/1", 404);
  expect(await page("/orders/1")).toBe("no healthy upstream");
});

test("a server that is silent is not waited for", async () => {
  await tell("install");
  jest.useFakeTimers();
  try {
    const silent = jest.spyOn(globalThis, "fetch").mockReturnValue(new Promise(() => {}));
    const answer = page("/orders/1");
    await jest.advanceTimersByTimeAsync(4_000);
    expect(await answer).toContain(FILES[0]);
    silent.mockRestore();
  } finally {
    jest.useRealTimers();
  }
});

test("files of the release are asked for at no server", async () => {
  await tell("install");
  asked.length = 0;
  expect(await request("/assets/app-2.css")).toBe("file /assets/app-2.css");
  expect(asked).toEqual([]);
});

test.each([
  ["a call of an API", "/ticketing.orders.v1.OrderService/GetOrder", { mode: "navigate" }],
  ["a call of an API by script", "/ticketing.orders.v1.OrderService/GetOrder", {}],
  ["an upload", "/orders", { method: "POST" }],
  ["a file of another release", "/assets/app-9.js", {}],
  ["a file of another origin", "https://files.example.com/files/1", {}],
  ["a script's request for a page", "/orders", {}],
])("%s is left alone, and never kept", async (_, path, init) => {
  await tell("install");
  expect(request(path, init)).toBeUndefined();
  expect([...(kept.get("app-2")?.keys() ?? [])]).toEqual(["/", ...FILES]);
});
