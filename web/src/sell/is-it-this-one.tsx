import type { ReactNode } from "react";
import { Button } from "../design/button.tsx";
import { Card } from "../design/card.tsx";
import { proposalTexts as texts } from "./proposal-texts.ts";
import styles from "./sell.module.css";

/** What is known already and may be what somebody names: they take it, or say that theirs is another. Inside its form. */
export function IsItThisOne(props: {
  children: ReactNode;
  onYes: () => void;
  /** Called before the form is sent again. */
  onNo: () => void;
}) {
  return (
    <Card className={styles.known}>
      <div className={styles.lines}>{props.children}</div>
      <div className={styles.actions}>
        <Button onClick={props.onYes}>{texts.yes}</Button>
        <Button look="secondary" type="submit" onClick={props.onNo}>
          {texts.no}
        </Button>
      </div>
    </Card>
  );
}
