import type { Limits } from "../form/limits.ts";

/** The words of signing up, in and out. */
export const accountTexts = {
  signIn: "Sign in",
  signUp: "Create account",
  signOut: "Sign out",
  signInLead: "Welcome back.",
  signUpLead: "You buy and sell with one account.",
  email: "E-mail address",
  password: "Password",
  passwordHint: ({ min }: Limits) => `At least ${min} characters.`,
  displayName: "Your name",
  displayNameHint: "Buyers see it when you sell.",
  noAccount: "New here?",
  haveAccount: "Do you have an account?",
  account: "Your account",
  signedInAs: "Signed in as",
  memberSince: "Member since",
  roles: "Role",
  roleNames: { operator: "Operator: can open the operations page" } as Readonly<Record<string, string>>,
  listings: "My tickets for sale",
  orders: "My orders",
  sales: "My sales",
  earnings: "My earnings",
  operations: "Operations",
  signedOut: "You are signed out.",
  suspendedTitle: "Your account is suspended",
  suspendedText: "You can neither list nor buy tickets for now. What is under way goes on. The reason:",
  endedTitle: "Please sign in again",
  endedText: "Your session has ended. Everything on the screen stays as it is.",
  continueWithout: "Continue without signing in",
  needsAccount: "Sign in to continue.",
  words: {
    displayName: ({ min, max }: Limits) =>
      `Please enter ${min} to ${max} characters, without space at either end.`,
  },
};
