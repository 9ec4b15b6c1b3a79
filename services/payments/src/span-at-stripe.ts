import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { RecordSelection_Span } from "@ticketing/proto/type/internal/v1/record_selection";
import { rowsOfPage } from "@ticketing/runtime/documents/page-size";
import type { MeshIdentity } from "./mesh-store.ts";

/** Stripe's clock and ours differ by less. */
const SKEW_MS = 3_600_000;

/** What of a span of time is asked of Stripe: what is older than the mesh is not its own, however far back the account goes. */
export async function spanAtStripe(
  mesh: Pick<MeshIdentity, "read">,
  { since, until, pageSize, pageToken }: RecordSelection_Span,
): Promise<{ since: Date; until: Date; limit: number; after: string }> {
  if (!since || !until) throw new Error("a validated selection names its records");
  const own = (await mesh.read()).since.getTime() - SKEW_MS;
  return {
    since: new Date(Math.max(timestampDate(since).getTime(), own)),
    until: timestampDate(until),
    limit: rowsOfPage(pageSize),
    // Stripe's own cursor: the last id of the page before.
    after: pageToken,
  };
}
