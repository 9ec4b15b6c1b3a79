import type { ButtonHTMLAttributes } from "react";
import styles from "./button.module.css";
import { classNames } from "./class-names.ts";

export type ButtonLook = "primary" | "secondary" | "quiet" | "danger";

/** The classes of a button, for a link that looks like one. */
export const buttonClass = (look: ButtonLook = "primary", wide = false): string =>
  classNames(styles.button, styles[look], wide && styles.wide);

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: ButtonLook;
  wide?: boolean;
  /** The action is under way. The button stays focusable and does nothing. */
  pending?: boolean;
}

/** A button. It keeps the focus while `pending` or `disabled`, so that keyboard users stay where they are. */
export function Button({
  look,
  wide,
  pending,
  disabled,
  onClick,
  children,
  className,
  ...rest
}: ButtonProps) {
  const inert = pending || disabled;
  return (
    <button
      type="button"
      {...rest}
      className={classNames(buttonClass(look, wide), className)}
      aria-disabled={inert || undefined}
      aria-busy={pending || undefined}
      onClick={(event) => {
        if (inert) event.preventDefault();
        else onClick?.(event);
      }}
    >
      {pending && <span className={styles.spinner} aria-hidden="true" />}
      {children}
    </button>
  );
}
