import { Link, Outlet, useLocation } from "@tanstack/react-router";
import { lazy, Suspense, useLayoutEffect, useRef } from "react";
import { useConnection } from "../api/connection.ts";
import { Announcer } from "../design/announcer.tsx";
import { useAnnouncedChange } from "../design/use-announced-change.ts";
import { readersTimeZone } from "../format/format-date.ts";
import { isOperator } from "../session/roles.ts";
import { useSession } from "../session/session-store.ts";
import { icons, Mark } from "./icons.tsx";
import styles from "./shell.module.css";
import { appTexts as texts } from "./texts.ts";
import { Waiting } from "./waiting.tsx";

// Requested at once, in parallel with the chunk of the screen.
const api = import("./api-provider.tsx");
const ApiProvider = lazy(() => api);
const DueNotice = lazy(() => import("../delivery/due-notice.tsx"));
const SessionEnded = lazy(() => import("../account/session-ended.tsx"));

/** The frame around every screen. */
export function Shell() {
  const session = useSession();
  const main = useFocusOnNavigation();
  const guest = session.status === "anonymous";
  return (
    <div className={styles.shell}>
      <a className={styles.skip} href="#main">
        {texts.skip}
      </a>
      <header className={styles.header}>
        <div className={styles.bar}>
          <Link to="/" className={styles.brand}>
            <Mark />
            {texts.name}
          </Link>
          <nav className={styles.nav} aria-label={texts.mainNavigation}>
            <Link to="/" activeOptions={{ exact: true, includeSearch: false }} className={styles.link}>
              {icons.browse}
              {texts.browse}
            </Link>
            <Link to="/sell" className={styles.link}>
              {icons.sell}
              {texts.sell}
            </Link>
            <Link to="/orders" className={styles.link}>
              {icons.orders}
              {texts.orders}
            </Link>
            {session.user && isOperator(session.user) && (
              <Link to="/operations" className={styles.link}>
                {icons.operations}
                {texts.operations}
              </Link>
            )}
            <Link to={guest ? "/sign-in" : "/account"} className={styles.link}>
              {icons.account}
              {guest ? texts.signIn : texts.account}
            </Link>
          </nav>
        </div>
        <ConnectionBanner />
      </header>
      <main id="main" ref={main} className={styles.main} tabIndex={-1}>
        <Suspense fallback={<Waiting />}>
          <ApiProvider>
            {session.status === "signed-in" && (
              <Suspense>
                <DueNotice />
              </Suspense>
            )}
            <Outlet />
          </ApiProvider>
        </Suspense>
      </main>
      <footer className={styles.footer}>
        {texts.footer} {texts.timeZone(readersTimeZone)}
      </footer>
      <Announcer />
      {session.status === "ended" && (
        <Suspense>
          <SessionEnded email={session.user.email} />
        </Suspense>
      )}
    </div>
  );
}

function ConnectionBanner() {
  const connection = useConnection();
  useAnnouncedChange(connection, (now) => (now === "online" ? texts.backOnline : undefined));
  return (
    <div role="status">
      {connection !== "online" && (
        <p className={styles.banner}>{connection === "offline" ? texts.offline : texts.reconnecting}</p>
      )}
    </div>
  );
}

/**
 * Moves the focus to the new page after a navigation, so that keyboard and screen reader continue from there: before it is
 * painted, since who presses Tab at once would lose the place that Tab led to.
 */
function useFocusOnNavigation() {
  const main = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  const shown = useRef(pathname);
  useLayoutEffect(() => {
    if (shown.current === pathname) return;
    shown.current = pathname;
    main.current?.focus({ preventScroll: true });
  }, [pathname]);
  return main;
}
