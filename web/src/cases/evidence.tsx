import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { CaseEvidence } from "@ticketing/proto/cases/v1/case";
import { DateTime } from "../design/date-time.tsx";
import styles from "./cases.module.css";
import { sideNames, caseTexts as texts } from "./texts.ts";

/** What both sides said, oldest first. */
export function Evidence({ evidence }: { evidence: readonly CaseEvidence[] }) {
  return (
    <section className={styles.part} aria-labelledby="evidence">
      <h2 id="evidence">{texts.evidence}</h2>
      {evidence.length === 0 && <p className={styles.soft}>{texts.nothingSaid}</p>}
      <ol className={styles.evidence}>
        {evidence.map(({ side, text, time }) => (
          // Nobody can say the same twice.
          <li key={`${side} ${text}`}>
            <p className={styles.soft}>
              <strong>{sideNames[side]}</strong> {time && <DateTime date={timestampDate(time)} />}
            </p>
            <p dir="auto" className={styles.words}>
              {text}
            </p>
          </li>
        ))}
      </ol>
    </section>
  );
}
