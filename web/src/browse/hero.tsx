import type { ListFacetsResponse } from "@ticketing/proto/catalog/v1/catalog_service";
import { useId } from "react";
import { PageHeader } from "../design/page.tsx";
import { categoryLabels } from "../ticket/texts.ts";
import { daysOf, spanNames, spanOf } from "./days.ts";
import { categoryOf } from "./filter.ts";
import { Choice, DraftField, useSearchChange } from "./filters.tsx";
import styles from "./hero.module.css";
import { type BrowseSearch, type CategoryName, categoryNames, longest } from "./search.ts";
import { browseTexts as texts } from "./texts.ts";
import { countText } from "./use-facets.ts";

/** The choice of days while the filters name days of their own: none of the spans is marked. */
const CHOSEN_DAYS = "chosen";

/** The head of the start page: what the marketplace is, the search field, place and days, and the kinds of event. */
export function Hero({ search, facets }: { search: BrowseSearch; facets: ListFacetsResponse | undefined }) {
  const set = useSearchChange(search);
  const cityList = useId();
  const today = new Date();
  const span = search.from || search.to ? (spanOf(search.from, search.to, today) ?? CHOSEN_DAYS) : "";
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
      <div className={styles.whereAndWhen}>
        <DraftField
          label={texts.city}
          placeholder={texts.anywhere}
          list={cityList}
          maxLength={longest.city}
          text={search.city ?? ""}
          onText={(city) => set({ city })}
        />
        <datalist id={cityList}>
          {facets?.cities.map(({ city }) => (
            <option key={city} value={city} />
          ))}
        </datalist>
        <Choice
          legend={texts.when}
          name="when"
          look="pills"
          value={span}
          options={[["", texts.anyDay], ...spanNames.map((name) => [name, texts.spans[name]] as const)]}
          onChange={(name) => {
            const chosen = spanNames.find((each) => each === name);
            set(chosen ? { ...daysOf(chosen, today) } : { from: "", to: "" });
          }}
        />
      </div>
      <Choice
        legend={texts.kinds}
        name="category"
        look="pills"
        value={search.category ?? ""}
        options={[
          ["", texts.all],
          ...categoryNames.map((name) => [name, <Kind key={name} name={name} facets={facets} />] as const),
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

/** A kind of event, with how many there are of it. */
function Kind({ name, facets }: { name: CategoryName; facets: ListFacetsResponse | undefined }) {
  const category = categoryOf[name];
  const events = facets?.categories.find((each) => each.category === category)?.events;
  return (
    <>
      {categoryLabels[category]} {facets && <span className={styles.count}>{countText(events)}</span>}
    </>
  );
}
