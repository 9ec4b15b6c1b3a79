// What a worker of the build before could run: the bundle's entry.
export { orderLifecycle } from "./lifecycle-before.ts";
export { refund } from "./refund-before.ts";
