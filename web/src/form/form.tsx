import type { ReactNode } from "react";
import { ErrorNotice } from "../design/states.tsx";
import styles from "./form.module.css";
import type { MessageForm } from "./use-message-form.ts";

/** The frame of a form: what its last attempt met stands on top. The browser's own bubbles stay away. */
export function Form({ form, label, children }: { form: MessageForm; label: string; children: ReactNode }) {
  return (
    <form className={styles.form} onSubmit={form.onSubmit} noValidate aria-label={label}>
      {form.failure !== undefined && <ErrorNotice error={form.failure} />}
      {children}
    </form>
  );
}
