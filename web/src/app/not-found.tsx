import { Link } from "@tanstack/react-router";
import { buttonClass } from "../design/button.tsx";
import { PageHeader } from "../design/page.tsx";
import { appTexts } from "./texts.ts";

/** The page for an address that does not exist. */
export function NotFound() {
  return (
    <>
      <PageHeader title={appTexts.notFoundTitle} lead={appTexts.notFoundText} />
      <Link to="/" className={buttonClass()}>
        {appTexts.toStart}
      </Link>
    </>
  );
}
