import { useSyncExternalStore } from "react";
import type { BrowseSearch } from "./search.ts";

const KEY = "city";
const listeners = new Set<() => void>();

function rememberedCity(): string | undefined {
  try {
    return localStorage.getItem(KEY) ?? undefined;
  } catch {
    // This browser keeps nothing.
    return undefined;
  }
}

/** Keeps the chosen city for the next visit; undefined forgets it. */
export function rememberCity(city: string | undefined): void {
  try {
    if (city) localStorage.setItem(KEY, city);
    else localStorage.removeItem(KEY);
  } catch {
    // A browser that keeps nothing asks again next time.
  }
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The city that this browser's reader chose last; undefined when they chose none. */
export const useRememberedCity = (): string | undefined => useSyncExternalStore(subscribe, rememberedCity);

/** What is looked for: an address without any parameter means the city that was chosen before. */
export function nearby(search: BrowseSearch, city: string | undefined): BrowseSearch {
  const empty = Object.values(search).every((value) => value === undefined);
  return empty && city ? { ...search, city } : search;
}
