import { useLocation, useNavigate } from "@tanstack/react-router";
import type { User } from "@ticketing/proto/auth/v1/user";
import { type ReactNode, useEffect, useEffectEvent } from "react";
import { SkeletonList } from "../design/skeleton.tsx";
import { useSession } from "./session-store.ts";

/**
 * A screen for somebody who is signed in: others are sent to sign in and come back afterwards. When a session ends under
 * the screen, it stays (the shell asks to sign in again).
 */
export function SignedIn({ children }: { children: (user: User) => ReactNode }) {
  const session = useSession();
  if (session.status === "unknown") return <SkeletonList count={2} />;
  if (session.status === "anonymous") return <ToSignIn />;
  return children(session.user);
}

/** Once, with the address that was asked for: this is still drawn while the next screen is on its way. */
function ToSignIn() {
  const navigate = useNavigate();
  const { href } = useLocation();
  const go = useEffectEvent(() => void navigate({ to: "/sign-in", search: { from: href }, replace: true }));
  useEffect(() => go(), []);
  return <SkeletonList count={2} />;
}
