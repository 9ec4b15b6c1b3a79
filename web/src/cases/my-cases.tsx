import { useQuery } from "@connectrpc/connect-query";
import { Link } from "@tanstack/react-router";
import { CaseService } from "@ticketing/proto/cases/v1/case_service";
import { Notice } from "../design/states.tsx";
import styles from "./cases.module.css";
import { caseKindNames, type Party, caseTexts as texts } from "./texts.ts";
import { isUndecided } from "./use-cases.ts";

/** So many of the newest cases are looked at. */
const LOOKED_AT = 100;

/**
 * The cases of a person's purchases or sales that are not decided, with the way there; nothing where there is none. That
 * they cannot be read hides them: the orders show the same.
 */
export function MyCases({ userId, side }: { userId: string; side: Party }) {
  const { data } = useQuery(CaseService.method.listCases, { pageSize: LOOKED_AT }, { staleTime: 0 });
  const mine = data?.cases.filter(
    (each) => isUndecided(each) && userId === (side === "buyer" ? each.buyerId : each.sellerId),
  );
  if (!mine?.length) return null;
  return (
    <div className={styles.mine}>
      <Notice tone="warn" title={texts.mine}>
        <ul>
          {mine.map(({ id, title, kind }) => (
            <li key={id}>
              <Link to="/cases/$caseId" params={{ caseId: id }}>
                <bdi>{title}</bdi>
              </Link>
              {texts.mineRow(caseKindNames[kind])}
            </li>
          ))}
        </ul>
      </Notice>
    </div>
  );
}
