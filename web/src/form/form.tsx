import type { ReactNode } from "react";
import { ErrorNotice } from "../design/states.tsx";
import styles from "./form.module.css";
import type { MessageForm } from "./use-message-form.ts";

/** A form that shows the failure of its last attempt at the top. The browser's own validation is off. */
export function Form({ form, label, children }: { form: MessageForm; label: string; children: ReactNode }) {
  return (
    <form className={styles.form} onSubmit={form.onSubmit} noValidate aria-label={label}>
      {form.failure !== undefined && <ErrorNotice error={form.failure} />}
      {children}
    </form>
  );
}
