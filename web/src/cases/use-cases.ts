import { useQuery } from "@connectrpc/connect-query";
import { type Case, CaseStatus } from "@ticketing/proto/cases/v1/case";
import { CaseService } from "@ticketing/proto/cases/v1/case_service";
import { useState } from "react";

/** A case has no stream. It is read again this often until it is closed. */
const REFRESH_MS = 4_000;
/** An order without an open case is looked at this often: its buyer may complain, and what about changes with time. */
const SLOW_REFRESH_MS = 20_000;

const isClosed = ({ status }: Case): boolean => status === CaseStatus.CLOSED;

/** Whether somebody has to decide. What is only proposed neither side sees. */
export const isUndecided = ({ status }: Pick<Case, "status">): boolean =>
  status === CaseStatus.OPEN || status === CaseStatus.PROPOSED;

/** The cases of an order as they are now, and what its buyer may complain about. `isLive`: more can come. */
export function useOrderCases(orderId: string, isLive: boolean) {
  return useQuery(
    CaseService.method.getOrderCases,
    { orderId },
    {
      staleTime: 0,
      refetchInterval({ state }) {
        if (state.data?.cases.some((each) => !isClosed(each))) return REFRESH_MS;
        return isLive && SLOW_REFRESH_MS;
      },
    },
  );
}

/** One case as it is now. `take` takes the answers of calls that change it; the highest version wins. */
export function useCase(caseId: string) {
  const [heard, setHeard] = useState<Case>();
  const query = useQuery(
    CaseService.method.getCase,
    { caseId },
    {
      staleTime: 0,
      refetchInterval: ({ state }) => (state.data?.case && isClosed(state.data.case) ? false : REFRESH_MS),
    },
  );
  const read = query.data?.case;
  const found = heard?.id === caseId && heard.version >= (read?.version ?? 0n) ? heard : read;
  const take = (newer: Case | undefined) => {
    if (newer) setHeard((held) => (held?.id === newer.id && held.version > newer.version ? held : newer));
  };
  return { query, found, take };
}
