import { Category } from "@ticketing/proto/tickets/v1/ticket";
import type { ReactNode } from "react";
import { classNames } from "../design/class-names.ts";
import styles from "./category-art.module.css";

/** The class name and the drawing of each category. */
const pictures: Readonly<
  Record<Exclude<Category, Category.UNSPECIFIED>, readonly [name: string, drawing: ReactNode]>
> = {
  [Category.OTHER]: [
    "other",
    <path
      key="p"
      d="M12 3l2.600 5.600 6.100.7-4.500 4.200 1.200 6-5.400-3-5.400 3 1.200-6L3.300 9.300l6.100-.7z"
    />,
  ],
  [Category.CONCERT]: [
    "concert",
    <g key="g">
      <path d="M9 18V6l10-2v12" />
      <circle cx="6.500" cy="18" r="2.500" />
      <circle cx="16.500" cy="16" r="2.500" />
    </g>,
  ],
  [Category.SPORTS]: [
    "sports",
    <g key="g">
      <circle cx="12" cy="12" r="9" />
      <path d="M12 3v18M3 12h18M5.600 5.600c4 3 4 9.800 0 12.800M18.400 5.600c-4 3-4 9.800 0 12.800" />
    </g>,
  ],
  [Category.THEATRE]: [
    "theatre",
    <g key="g">
      <path d="M4 5c5 2 11 2 16 0v7c0 5-4 8-8 9-4-1-8-4-8-9z" />
      <path d="M8.500 10h1.500M14 10h1.500M8.500 14.500c2 2 5 2 7 0" />
    </g>,
  ],
  [Category.COMEDY]: [
    "comedy",
    <g key="g">
      <rect x="9" y="3" width="6" height="11" rx="3" />
      <path d="M6 11c0 8 12 8 12 0M12 17v4" />
    </g>,
  ],
  [Category.FESTIVAL]: [
    "festival",
    <g key="g">
      <path d="M12 3v3M3 20 12 6l9 14z" />
      <path d="M9 20l3-6 3 6" />
    </g>,
  ],
};

/** A picture for a kind of event, so that nobody has to upload one. Hidden from screen readers. */
export function CategoryArt({ category, className }: { category: Category; className?: string | undefined }) {
  // A newer release has categories that this one does not know.
  const known = category === Category.UNSPECIFIED ? Category.OTHER : category;
  const [name, drawing] = pictures[known] ?? pictures[Category.OTHER];
  return (
    <div className={classNames(styles.art, styles[name], className)} aria-hidden="true">
      <svg
        viewBox="0 0 24 24"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.6"
        strokeLinecap="round"
        strokeLinejoin="round"
        aria-hidden="true"
      >
        {drawing}
      </svg>
    </div>
  );
}
