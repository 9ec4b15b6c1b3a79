import { createClient } from "@connectrpc/connect";
import { useTransport } from "@connectrpc/connect-query";
import { useMutation } from "@tanstack/react-query";
import type { Earning } from "@ticketing/proto/payouts/v1/earning";
import { PayoutService } from "@ticketing/proto/payouts/v1/payout_service";
import { Button } from "../design/button.tsx";
import { saveFile } from "../design/save-file.ts";
import { ErrorNotice } from "../design/states.tsx";
import { earningsCsv } from "./earnings-csv.ts";
import { payoutTexts as texts } from "./texts.ts";

/** A button that saves all earnings, not only those on the screen, as a table. */
export function SaveEarnings() {
  const client = createClient(PayoutService, useTransport());
  const saving = useMutation({
    async mutationFn() {
      const earnings: Earning[] = [];
      for (let pageToken = ""; ; ) {
        const page = await client.listEarnings({ pageSize: 100, pageToken });
        earnings.push(...page.earnings);
        if (!page.nextPageToken) return earningsCsv(earnings);
        pageToken = page.nextPageToken;
      }
    },
    onSuccess: (csv) => saveFile(texts.csvName, "text/csv", csv),
  });
  return (
    <>
      <Button look="secondary" pending={saving.isPending} onClick={() => saving.mutate()}>
        {texts.csv}
      </Button>
      {saving.isError && <ErrorNotice error={saving.error} />}
    </>
  );
}
