import { Link } from "@tanstack/react-router";
import { Button, buttonClass } from "../design/button.tsx";
import { PageHeader } from "../design/page.tsx";
import styles from "./shell.module.css";
import { appTexts } from "./texts.ts";

/** Instead of a screen that threw while it was drawn. */
export function Crash() {
  return (
    <div role="alert">
      <PageHeader title={appTexts.crashTitle} lead={appTexts.crashText} />
      <div className={styles.choices}>
        <Button onClick={() => location.reload()}>{appTexts.reload}</Button>
        <Link to="/" reloadDocument className={buttonClass("secondary")}>
          {appTexts.toStart}
        </Link>
      </div>
    </div>
  );
}
