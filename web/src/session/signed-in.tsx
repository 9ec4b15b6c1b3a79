import { Navigate, useLocation } from "@tanstack/react-router";
import type { User } from "@ticketing/proto/auth/v1/user";
import type { ReactNode } from "react";
import { SkeletonList } from "../design/skeleton.tsx";
import { useSession } from "./session-store.ts";

/**
 * A screen for somebody who is signed in: others are sent to sign in and come back afterwards. When a session ends under
 * the screen, it stays (the shell asks to sign in again).
 */
export function SignedIn({ children }: { children: (user: User) => ReactNode }) {
  const session = useSession();
  const { href } = useLocation();
  if (session.status === "unknown") return <SkeletonList count={2} />;
  if (session.status === "anonymous") return <Navigate to="/sign-in" search={{ from: href }} replace />;
  return children(session.user);
}
