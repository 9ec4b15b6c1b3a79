import { refundStory, saleStory } from "@ticketing/launcher/demo-stories";
import { createCast } from "@ticketing/tests/support/people";
import { meshAddresses } from "./mesh-addresses.ts";

/** `npm run k8s:demo`: the story of the marketplace on a cluster, checked as it is told. */
const cast = await createCast(meshAddresses());
await saleStory(cast);
await refundStory(cast);
process.exit(0);
