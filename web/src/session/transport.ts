import { createTransport } from "../api/transport.ts";
import { renewingInterceptor } from "./renewal.ts";

/** The transport that the screens use. It renews the session when it has run out. */
export const transport = createTransport([renewingInterceptor]);
