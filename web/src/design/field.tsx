import {
  type InputHTMLAttributes,
  type ReactNode,
  type SelectHTMLAttributes,
  type TextareaHTMLAttributes,
  useId,
} from "react";
import styles from "./field.module.css";

export interface Labelled {
  label: string;
  hint?: string | undefined;
  /** Why the value is refused; announced with the field. */
  error?: string | undefined;
}

export type FieldProps = Labelled & InputHTMLAttributes<HTMLInputElement>;

/** An input with its label, hint and error. */
export function Field({ label, hint, error, ...input }: FieldProps) {
  const { frame, attributes } = useFrame({ label, hint, error, id: input.id });
  // The direction of the text follows what is typed.
  return frame(<input dir="auto" {...input} {...attributes} className={styles.input} />);
}

export type TextAreaProps = Labelled & TextareaHTMLAttributes<HTMLTextAreaElement>;

/** The same for some sentences. */
export function TextArea({ label, hint, error, ...area }: TextAreaProps) {
  const { frame, attributes } = useFrame({ label, hint, error, id: area.id });
  return frame(<textarea dir="auto" rows={4} {...area} {...attributes} className={styles.input} />);
}

export type SelectProps = Labelled & SelectHTMLAttributes<HTMLSelectElement>;

/** The platform's own select, so that each device shows its familiar list. */
export function Select({ label, hint, error, children, ...select }: SelectProps) {
  const { frame, attributes } = useFrame({ label, hint, error, id: select.id });
  return frame(
    <select {...select} {...attributes} className={styles.input}>
      {children}
    </select>,
  );
}

/** A choice of yes or no that acts at once. */
export function Checkbox(props: { label: string; checked: boolean; onChange: (checked: boolean) => void }) {
  return (
    <label className={styles.check}>
      <input
        type="checkbox"
        checked={props.checked}
        onChange={(event) => props.onChange(event.target.checked)}
      />
      {props.label}
    </label>
  );
}

/** The ids that tie a control to its label, hint and error, and the frame that shows those around it. */
export function useFrame({ label, hint, error, id: given }: Labelled & { id: string | undefined }) {
  const own = useId();
  const id = given ?? own;
  const describedBy = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  return {
    attributes: {
      id,
      "aria-invalid": error ? true : undefined,
      "aria-describedby": describedBy || undefined,
    },
    frame: (control: ReactNode) => (
      <div className={styles.field}>
        <label className={styles.label} htmlFor={id}>
          {label}
        </label>
        {control}
        {hint && (
          <p className={styles.hint} id={`${id}-hint`}>
            {hint}
          </p>
        )}
        {error && (
          <p className={styles.error} id={`${id}-error`}>
            <span aria-hidden="true">⚠</span> {error}
          </p>
        )}
      </div>
    ),
  };
}
