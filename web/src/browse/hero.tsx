import { PageHeader } from "../design/page.tsx";
import { categoryLabels } from "../ticket/texts.ts";
import { categoryOf } from "./filter.ts";
import { Choice, DraftField, useSearchChange } from "./filters.tsx";
import styles from "./hero.module.css";
import { type BrowseSearch, categoryNames, longest } from "./search.ts";
import { browseTexts as texts } from "./texts.ts";

/** The head of the start page: what the marketplace is, the search field and the kinds of event. */
export function Hero({ search }: { search: BrowseSearch }) {
  const set = useSearchChange(search);
  return (
    <search className={styles.hero} aria-label={texts.title}>
      <PageHeader title={texts.title} lead={texts.lead} />
      <DraftField
        label={texts.search}
        type="search"
        placeholder={texts.searchHint}
        enterKeyHint="search"
        maxLength={longest.q}
        text={search.q ?? ""}
        onText={(q) => set({ q })}
      />
      <Choice
        legend={texts.kinds}
        name="category"
        look="pills"
        value={search.category ?? ""}
        options={[
          ["", texts.all],
          ...categoryNames.map((name) => [name, categoryLabels[categoryOf[name]]] as const),
        ]}
        onChange={(category) => set({ category })}
      />
      <ul className={styles.promises}>
        {texts.promises.map((promise) => (
          <li key={promise}>{promise}</li>
        ))}
      </ul>
    </search>
  );
}
