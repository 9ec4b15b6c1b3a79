import { useEffect, useState, useSyncExternalStore } from "react";
import styles from "./announcer.module.css";
import { designTexts } from "./texts.ts";

interface Toast {
  readonly id: number;
  readonly text: string;
}

/** How long a message is shown. */
const TOAST_MS = 7_000;

let toasts: readonly Toast[] = [];
let spoken = "";
let nextId = 1;
const listeners = new Set<() => void>();

function change(update: () => void): void {
  update();
  for (const listener of listeners) listener();
}

/** Announces a text to screen readers only. The same text twice in a row is announced twice. */
export function announce(text: string): void {
  change(() => {
    // A live region speaks when it changes: a no-break space makes a repeat differ.
    spoken = spoken === text ? `${text}\u00a0` : text;
  });
}

/** Shows a short message to everybody. It disappears, so it must not ask for an action. */
export function toast(text: string): void {
  announce(text);
  change(() => {
    toasts = [...toasts.slice(-2), { id: nextId++, text }];
  });
}

const dismiss = (id: number) =>
  change(() => {
    toasts = toasts.filter((toast) => toast.id !== id);
  });

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Shows and announces all messages. The shell renders it once. */
export function Announcer() {
  const shown = useSyncExternalStore(subscribe, () => toasts);
  const words = useSyncExternalStore(subscribe, () => spoken);
  return (
    <>
      <div className="visually-hidden" role="status" aria-live="polite">
        {words}
      </div>
      {shown.length > 0 && (
        <section className={styles.toasts} aria-label={designTexts.messages}>
          {shown.map((toast) => (
            <Message key={toast.id} toast={toast} />
          ))}
        </section>
      )}
    </>
  );
}

function Message({ toast }: { toast: Toast }) {
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (held) return;
    const timer = setTimeout(() => dismiss(toast.id), TOAST_MS);
    return () => clearTimeout(timer);
  }, [held, toast.id]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: hovering only keeps the message for longer
    <div className={styles.toast} onMouseEnter={() => setHeld(true)} onMouseLeave={() => setHeld(false)}>
      <span>{toast.text}</span>
      <button
        type="button"
        className={styles.close}
        aria-label={designTexts.close}
        onClick={() => dismiss(toast.id)}
      >
        ✕
      </button>
    </div>
  );
}
