/**
 * Hands out the app where there is no connection: the page and its files, as one release has them, and nothing else. No
 * answer of an API is kept or even looked at here. A page is asked for at the server first, so that nobody stays with an
 * old release; the files have their content's hash in their names.
 */

/** What the build says of the release: see `build/service-worker.ts`. */
declare const RELEASE: {
  /** Another one for any change of a file. */
  readonly version: string;
  /** The script that the page begins with. */
  readonly entry: string;
  /** The paths of all scripts, styles and pictures. */
  readonly files: readonly string[];
};

/** The scope of a worker as far as it is used: the types of workers and those of pages do not go together. */
interface WorkerScope {
  addEventListener(type: "install" | "activate", listener: (event: Extendable) => void): void;
  addEventListener(type: "fetch", listener: (event: FetchEvent) => void): void;
  skipWaiting(): Promise<void>;
  readonly clients: { claim(): Promise<void> };
}
interface Extendable {
  waitUntil(work: Promise<unknown>): void;
}
interface FetchEvent extends Extendable {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}
const scope = self as unknown as WorkerScope;

const CACHE = `app-${RELEASE.version}`;
const PAGE = "/";
/** A server that takes so long for the page is as good as none. */
const PATIENCE_MS = 4_000;

const files = new Set(RELEASE.files);
/** As the web server decides: every path that can be one of the app is the page. */
const isPage = (path: string) => !path.includes(".") && !path.startsWith("/assets/");

scope.addEventListener("install", (event) => event.waitUntil(install()));
scope.addEventListener("activate", (event) => event.waitUntil(activate()));
scope.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (request.mode === "navigate") {
    if (isPage(pathname)) event.respondWith(page(request));
  } else if (files.has(pathname)) event.respondWith(file(request, pathname));
});

/** Fetches the release. It fails while servers hand out another one, and is tried again with the next page. */
async function install(): Promise<void> {
  const cache = await caches.open(CACHE);
  try {
    const requests = [PAGE, ...RELEASE.files].map(
      (path) => new Request(path, { credentials: "omit", cache: path === PAGE ? "no-cache" : "default" }),
    );
    await cache.addAll(requests);
    const html = await (await cache.match(PAGE))?.text();
    if (!html?.includes(RELEASE.entry)) throw new Error("the page is of another release");
  } catch (error) {
    await caches.delete(CACHE);
    throw error;
  }
  await scope.skipWaiting();
}

async function activate(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name)));
  await scope.clients.claim();
}

/** The page as the server has it, or else as this release has it; without that, whatever is answered. */
async function page(request: Request): Promise<Response> {
  const answer = fetch(request);
  const late = Promise.withResolvers<undefined>();
  const timer = setTimeout(late.resolve, PATIENCE_MS, undefined);
  const first = await Promise.race([answer, late.promise]).catch(() => undefined);
  clearTimeout(timer);
  if (first && isServed(first)) return first;
  return (await kept(PAGE)) ?? first ?? answer;
}

/** Whether a server of the app says so, and not the gateway that finds none, or gets too many calls of one network. */
const isServed = ({ status }: Response) => status < 500 && status !== 429;

const file = async (request: Request, path: string): Promise<Response> =>
  (await kept(path)) ?? fetch(request);

async function kept(path: string): Promise<Response | undefined> {
  const cache = await caches.open(CACHE);
  return cache.match(path, { ignoreVary: true });
}

export {};
