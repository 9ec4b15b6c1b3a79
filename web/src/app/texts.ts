/** The words of the shell. */
export const appTexts = {
  name: "Ticketing",
  skip: "Skip to content",
  mainNavigation: "Main",
  browse: "Browse",
  sell: "Sell",
  orders: "Orders",
  account: "Account",
  operations: "Ops",
  signIn: "Sign in",
  offline: "You are offline. What you see may be out of date.",
  reconnecting: "Reconnecting…",
  backOnline: "Connected again.",
  footer: "Every ticket is held for you while you pay. Nobody else can buy it in that time.",
  timeZone: (zone: string) =>
    `Events are shown by the clock at their venue. Your time zone is ${zone.replaceAll("_", " ")}.`,
  notFoundTitle: "This page does not exist",
  notFoundText: "The address may be mistyped, or the page was removed.",
  toStart: "See what is on",
  crashTitle: "This page could not be shown",
  crashText:
    "Something went wrong on our side, and nothing was bought. Reload the page; if it happens again, go to the start page.",
  reload: "Reload",
};
