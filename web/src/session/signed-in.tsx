import { useLocation, useMatch, useNavigate } from "@tanstack/react-router";
import type { User } from "@ticketing/proto/auth/v1/user";
import { type ReactNode, useEffect, useEffectEvent } from "react";
import { SkeletonList } from "../design/skeleton.tsx";
import { useSession } from "./session-store.ts";

/**
 * A screen for people who are signed in. Others are sent to the sign-in page and return afterwards. When the session
 * ends while the screen is open, the screen stays, and the shell asks to sign in again.
 */
export function SignedIn({ children }: { children: (user: User) => ReactNode }) {
  const session = useSession();
  if (session.status === "unknown") return <SkeletonList count={2} />;
  if (session.status === "anonymous") return <ToSignIn />;
  return children(session.user);
}

/** Routes are found whatever the case, and with a slash behind. */
const plain = (path: string) => path.replace(/\/$/, "").toLowerCase();

/**
 * Navigates once, with the address that was requested: this is still rendered while the next screen loads. Who is on the
 * way to that one goes on to it.
 */
function ToSignIn() {
  const navigate = useNavigate();
  const { href, pathname } = useLocation();
  const path = useMatch({ strict: false, select: (match) => match.pathname });
  const go = useEffectEvent(() => {
    if (plain(pathname) === plain(path))
      void navigate({ to: "/sign-in", search: { from: href }, replace: true });
  });
  useEffect(() => go(), []);
  return <SkeletonList count={2} />;
}
