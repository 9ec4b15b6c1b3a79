import { useEffect, useEffectEvent, useState } from "react";

/** How long after the last key press a value is committed. */
const SETTLE_MS = 350;

/**
 * The text of a field that commits its value when the typing pauses. A value from elsewhere (the address was changed,
 * the filters were cleared) replaces the text.
 */
export function useDraft(value: string, commit: (text: string) => void) {
  const [draft, setDraft] = useState(value);
  const [known, setKnown] = useState(value);
  if (known !== value) {
    setKnown(value);
    if (draft.trim() !== value) setDraft(value);
  }
  const settle = useEffectEvent(() => commit(draft.trim()));
  useEffect(() => {
    if (draft.trim() === known) return;
    const timer = setTimeout(settle, SETTLE_MS);
    return () => clearTimeout(timer);
  }, [draft, known]);
  return [draft, setDraft] as const;
}
