import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";
import styles from "./combobox.module.css";
import { type Labelled, useFrame } from "./field.tsx";
import { designTexts } from "./texts.ts";

/**
 * A field with suggestions for what is typed (WAI-ARIA Authoring Practices, combobox with a list). Arrow keys go through
 * them, Enter takes one, Escape closes the list and the text stays.
 */
export function Combobox<Option>(
  props: Labelled & {
    name?: string;
    placeholder?: string;
    maxLength?: number;
    text: string;
    onText: (text: string) => void;
    options: readonly Option[];
    /** Names an option among the others. */
    keyOf: (option: Option) => string;
    show: (option: Option) => ReactNode;
    onTake: (option: Option) => void;
  },
) {
  const { text, options } = props;
  const { frame, attributes } = useFrame({ ...props, id: undefined });
  const listId = useId();
  const [wanted, setWanted] = useState(false);
  const [activeKey, setActiveKey] = useState<string>();
  const list = useRef<HTMLDivElement>(null);
  const open = wanted && options.length > 0;
  const active = open ? options.findIndex((option) => props.keyOf(option) === activeKey) : -1;
  const idOf = (index: number) => `${listId}-${index}`;

  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever another option is active
  useEffect(() => {
    list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [active]);

  const close = () => {
    setWanted(false);
    setActiveKey(undefined);
  };
  const take = (option: Option) => {
    close();
    props.onTake(option);
  };
  const step = (by: number) => {
    setWanted(true);
    // From the field itself, which is before the first and after the last.
    const places = options.length + 1;
    const next = options[(((wanted ? active : -1) + 1 + by + places) % places) - 1];
    setActiveKey(next && props.keyOf(next));
  };

  function onKeyDown(event: KeyboardEvent): void {
    const option = options[active];
    if (event.key === "ArrowDown") step(1);
    else if (event.key === "ArrowUp") step(-1);
    else if (event.key === "Enter" && option) take(option);
    else if (event.key === "Escape" && open) close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  return frame(
    <div className={styles.combobox}>
      <input
        {...attributes}
        className={styles.input}
        role="combobox"
        dir="auto"
        type="text"
        autoComplete="off"
        autoCorrect="off"
        spellCheck={false}
        name={props.name}
        placeholder={props.placeholder}
        maxLength={props.maxLength}
        aria-autocomplete="list"
        aria-expanded={open}
        aria-controls={open ? listId : undefined}
        aria-activedescendant={active >= 0 ? idOf(active) : undefined}
        value={text}
        onChange={(event) => {
          setWanted(true);
          setActiveKey(undefined);
          props.onText(event.target.value);
        }}
        onKeyDown={onKeyDown}
        onBlur={close}
      />
      {open && (
        <div ref={list} id={listId} role="listbox" aria-label={props.label} className={styles.list}>
          {options.map((option, index) => (
            // The keys are the field's, which keeps the focus: an option is never reached by Tab.
            // biome-ignore lint/a11y/useKeyWithClickEvents: see above
            // biome-ignore lint/a11y/useFocusableInteractive: see above
            <div
              key={props.keyOf(option)}
              id={idOf(index)}
              role="option"
              aria-selected={index === active}
              className={styles.option}
              // Else the field would lose the focus, and the list close, before the click.
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => take(option)}
            >
              {props.show(option)}
            </div>
          ))}
        </div>
      )}
      <span role="status" className="visually-hidden">
        {open && designTexts.suggestions(options.length)}
      </span>
    </div>,
  );
}
