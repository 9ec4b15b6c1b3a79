import type { ReactNode } from "react";

const icon = (path: ReactNode) => (
  <svg
    width="22"
    height="22"
    viewBox="0 0 24 24"
    fill="none"
    stroke="currentColor"
    strokeWidth="2"
    strokeLinecap="round"
    strokeLinejoin="round"
    aria-hidden="true"
  >
    {path}
  </svg>
);

const ticketShape =
  "M3 8a2 2 0 0 1 2-2h14a2 2 0 0 1 2 2v2a2 2 0 0 0 0 4v2a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2v-2a2 2 0 0 0 0-4z";

/** The icons of the navigation; each is shown beside its label. */
export const icons = {
  browse: icon(
    <>
      <circle cx="11" cy="11" r="7" />
      <path d="m20 20-4-4" />
    </>,
  ),
  sell: icon(
    <>
      <circle cx="12" cy="12" r="9" />
      <path d="M12 8v8M8 12h8" />
    </>,
  ),
  orders: icon(
    <>
      <path d={ticketShape} />
      <path d="M14 7v2m0 2.500v1m0 2.500v2" />
    </>,
  ),
  operations: icon(<path d="M3 12h4l3-7 4 14 3-7h4" />),
  account: icon(
    <>
      <circle cx="12" cy="8" r="4" />
      <path d="M4 21c1-4 4-6 8-6s7 2 8 6" />
    </>,
  ),
};

/** The logo. */
export const Mark = () => (
  <svg width="32" height="32" viewBox="0 0 32 32" aria-hidden="true">
    <rect width="32" height="32" rx="8" fill="var(--accent)" />
    <path
      d="M6 11a2 2 0 0 1 2-2h16a2 2 0 0 1 2 2v2.500a2.500 2.500 0 0 0 0 5V21a2 2 0 0 1-2 2H8a2 2 0 0 1-2-2v-2.500a2.500 2.500 0 0 0 0-5z"
      fill="var(--on-accent)"
    />
    <path d="M19 11v10" stroke="var(--accent)" strokeWidth="2" strokeDasharray="2 2" />
  </svg>
);
