import { createTransport } from "../api/transport.ts";
import { renewingInterceptor } from "./renewal.ts";

/** The API as the screens call it: with the session renewed when it runs out. */
export const transport = createTransport([renewingInterceptor]);
