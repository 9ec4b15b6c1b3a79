import { renewingInterceptor } from "../session/renewal.ts";
import { createTransport } from "./transport.ts";

/** The API as the screens call it: with the session renewed when it runs out. */
export const transport = createTransport([renewingInterceptor]);
