import { Link } from "@tanstack/react-router";
import { Button, buttonClass } from "../design/button.tsx";
import { PageHeader } from "../design/page.tsx";
import styles from "./shell.module.css";
import { appTexts } from "./texts.ts";

/** Replaces a screen that threw while it was rendered. */
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
