import { Select } from "../design/field.tsx";
import type { OrderName } from "./search.ts";
import { orderNames, browseTexts as texts } from "./texts.ts";

/** The order of a list of tickets. */
export function SortSelect({ value, onChange }: { value: OrderName; onChange: (order: OrderName) => void }) {
  return (
    <Select label={texts.sort} value={value} onChange={(event) => onChange(event.target.value as OrderName)}>
      {Object.entries(orderNames).map(([order, name]) => (
        <option key={order} value={order}>
          {name}
        </option>
      ))}
    </Select>
  );
}
