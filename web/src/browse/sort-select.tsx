import { Select } from "../design/field.tsx";
import type { SortName } from "./search.ts";
import { sortLabels, browseTexts as texts } from "./texts.ts";

/** Chooses how a list of tickets is sorted. */
export function SortSelect({ value, onChange }: { value: SortName; onChange: (sort: SortName) => void }) {
  return (
    <Select label={texts.sort} value={value} onChange={(event) => onChange(event.target.value as SortName)}>
      {Object.entries(sortLabels).map(([sort, label]) => (
        <option key={sort} value={sort}>
          {label}
        </option>
      ))}
    </Select>
  );
}
