import { setHandler } from "@temporalio/workflow";
import { somethingChanged } from "./order-lifecycle/messages.ts";

/** Whether a signal came since somebody last cared. */
export interface News {
  heard: boolean;
}

/** Notes that the order or its payment changed. Called first: what comes earlier is noted then. */
export function listen(): News {
  const news = { heard: false };
  setHandler(somethingChanged, () => {
    news.heard = true;
  });
  return news;
}
