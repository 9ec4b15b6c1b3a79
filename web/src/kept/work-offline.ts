/**
 * Has the browser keep this app, so that its pages open without a connection. Resolves once they do. Browsers without
 * service workers, and a build for development, never come to it.
 */
export async function workOffline(): Promise<void> {
  const workers = navigator.serviceWorker as ServiceWorkerContainer | undefined;
  if (!workers) return new Promise(() => {});
  await workers.register("/service-worker.js", { updateViaCache: "none" });
  await workers.ready;
}
