import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { buttonClass } from "../design/button.tsx";
import { EmptyState } from "../design/states.tsx";
import { isOperator } from "../session/roles.ts";
import { SignedIn } from "../session/signed-in.tsx";
import { operationsTexts as texts } from "./texts.ts";

/** A screen for operators; others are told whom it is for. */
export function ForOperators({ children }: { children: ReactNode }) {
  return (
    <SignedIn>
      {(user) =>
        isOperator(user) ? (
          children
        ) : (
          <EmptyState page title={texts.refusedTitle} text={texts.refusedText}>
            <Link to="/orders" className={buttonClass()}>
              {texts.toOrders}
            </Link>
          </EmptyState>
        )
      }
    </SignedIn>
  );
}
