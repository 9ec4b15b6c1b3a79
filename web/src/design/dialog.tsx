import { type ReactNode, useEffect, useId, useRef } from "react";
import { classNames } from "./class-names.ts";
import styles from "./dialog.module.css";

/**
 * A question that must be answered first, as the platform's modal dialog: it holds the focus, everything else is inert,
 * Escape closes it and the focus returns to where it was. Rendered while it is open.
 */
export function Dialog(props: {
  title: string;
  /** Escape was pressed. */
  onClose: () => void;
  children: ReactNode;
  actions?: ReactNode;
  /** It takes the whole screen. */
  full?: boolean;
}) {
  const ref = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const dialog = ref.current;
    const before = document.activeElement;
    dialog?.showModal();
    return () => {
      dialog?.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={ref}
      className={classNames(styles.dialog, props.full && styles.full)}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        props.onClose();
      }}
    >
      <div className={styles.body}>
        <h2 className={styles.title} id={titleId} tabIndex={-1}>
          {props.title}
        </h2>
        {props.children}
        {props.actions && <div className={styles.actions}>{props.actions}</div>}
      </div>
    </dialog>
  );
}
