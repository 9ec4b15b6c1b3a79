import { DeliveryStatus, type DeliveryStep } from "@ticketing/proto/deliveries/v1/delivery";

export const deliveryTexts = {
  title: "The ticket",
  preparing: "The delivery is being prepared.",

  // To the buyer.
  awaited: (by: string) => `The seller has to deliver the ticket by ${by}. It will be here.`,
  issuing: "The ticket's issuer is making it out to you. It will be here.",
  sellerReminded: (at: string) => `We reminded the seller on ${at}.`,
  late: (by: string) => `The seller has not delivered the ticket, which was due by ${by}. They still can.`,
  here: "Your ticket is here",
  hereText: "The seller has delivered it.",
  open: "Open the ticket",
  openTitle: "Open the ticket?",
  openText: "A ticket that was opened cannot be given back any more, unless the event is cancelled.",
  openNow: "Open it",
  notYet: "Not yet",
  toTicket: "Go to the ticket",
  linkLeads: (host: string) =>
    `It is at ${host}. We do not know that site: enter no passwords there that you use elsewhere.`,
  fetching: "Your ticket is on its way.",
  picture: "Your ticket",
  brightness: "At the door, turn up the brightness of your screen.",
  save: "Save the ticket",
  saveHint: "Saved on your device, it is there without a connection, too.",
  big: "Show it large",
  closeBig: "Close",
  kept:
    "It is kept on this device now: at this address it opens without a connection, too, until you sign out or your " +
    "session ends.",
  showKept: "Show the copy on this device",
  keptMayBeReplaced:
    "If the seller has replaced the ticket since then, this copy is not the ticket any more.",
  keptTitle: "This is the copy on your device",
  keptSince: "The server could not be reached. You opened the ticket here on",
  keptMayDiffer: "What happened since then it does not show.",
  keptTickets: "Tickets on this device",
  keptTicketsText: "The server could not be reached. These you have opened here.",
  askAgain: "Try again",
  forget: "Remove it from this device",
  sellerSays: "The seller says:",
  confirm: "The ticket has arrived",
  confirmTitle: "Has the ticket arrived?",
  confirmText: "Say so once you have seen it. It can then be neither replaced nor given back.",
  confirmNow: "It has arrived",
  confirmed: "You said that the ticket has arrived.",

  // To the seller.
  due: (by: string) => `Deliver the ticket by ${by}`,
  notIssued: "The issuer did not take the file that you had added, so deliver the ticket yourself.",
  issuingForBuyer: "The ticket's issuer is making it out to the buyer",
  issuingForBuyerText:
    "It is made of the file that you had added to the listing. You have nothing more to do.",
  issuedForBuyer: "The buyer has got the ticket",
  issuedForBuyerText: "Its issuer has made it out to them. The file that you had added is void.",
  youReminded: (at: string) => `We reminded you on ${at}.`,
  overdue: (by: string) => `The ticket was due by ${by}`,
  overdueText: "The buyer waits for it. Deliver it now.",
  delivered: "You have delivered the ticket",
  deliveredText: "The buyer can open it. You can replace it until they say that it has arrived.",
  confirmedByBuyer: "The buyer says that the ticket has arrived.",
  form: "Deliver the ticket",
  kind: "How the buyer gets it",
  link: "By a link",
  transfer: "In the app of who issued it",
  file: "As a file",
  fileLabel: "The ticket: a PDF, a picture (PNG) or a pass (pkpass)",
  fileHint: "At most 10 MB. It is encrypted, and only the buyer can open it.",
  fileSize: "Choose a file of at most 10 MB.",
  linkLabel: "Link to the ticket",
  linkHint: "The whole address. Only the buyer can see it.",
  noteLabel: "Where you transferred it, and to whom",
  noteHint:
    "For example: in the Arena app, to the name Ben Miller. Only the buyer can see it. Hand the ticket over once the " +
    "buyer can no longer give it back, but in time.",
  deliver: "Deliver",
  replace: "Replace what you delivered",
  sent: "The buyer can open the ticket now.",

  toDeliver: "Tickets to deliver",
  orderNumber: (id: string) => `Order ${id}`,
  dueBy: (by: string) => `by ${by}`,
  dueByReminded: (by: string) => `by ${by}, as we reminded you`,
  wasDueBy: (by: string) => `was due by ${by}`,
  pressing: (count: number, more: boolean) =>
    count === 1 && !more
      ? "A ticket that you sold is to be delivered"
      : `${more ? "More than " : ""}${count} tickets that you sold are to be delivered`,
  toDue: "See what is due",
  andMore: "There are more. They come up as you deliver these.",

  // To the seller of a listing.
  listingFile: "The ticket's file",
  noFile:
    "Add the ticket's file now, and buyers get it at once. You then have nothing more to do after the sale.",
  fileReady: "The file is there",
  fileReadyText: (at: string) =>
    `Added ${at}. Whoever buys the ticket gets it at once. Nobody sees it before.`,
  fileSold: "The buyer has got the file that you added.",
  soldWithoutFile: "It was sold without a file: deliver it at the sale's page.",
  addFile: "Add the file",
  replaceFile: "Replace the file",
  checkingFile: "It is being checked…",
  fileAdded: "Buyers get the ticket at once now.",
  removeFile: "Remove the file",
  removeFileTitle: "Remove the file?",
  removeFileText: "It is deleted. You then deliver the ticket after it is sold.",
  keepFile: "Keep it",
  fileRemoved: "The file is removed.",
  soldWithFile: "The buyer got the ticket at once",
  soldWithFileText: "It is the file that you had added to the listing. You have nothing more to do.",

  // To both.
  opened: (times: string) => `Opened ${times === "1" ? "once" : `${times} times`}:`,
  barcodeFound:
    "We read a barcode in the file: nobody else sells a ticket with that barcode here. Whether the issuer accepts it we cannot tell.",
  noBarcode: "We could not read a barcode in the file, so we cannot tell whether it is for sale here twice.",
  issued: "The issuer made this ticket out to the buyer. The one that the seller had is void.",
  timeline: "The delivery",
};

/** A step of a delivery in a sentence that its buyer and its seller read alike. */
export function stepText({ transition }: Pick<DeliveryStep, "transition">): string {
  switch (transition.case) {
    case "deliveryAwaited":
      return "The seller was asked for the ticket.";
    case "deliveryMade":
      return "The seller delivered the ticket.";
    case "deliveryOverdue":
      return "The ticket was not delivered in time.";
    case "deliveryConfirmed":
      return "The buyer said that the ticket has arrived.";
    case "deliveryCancelled":
      return "The money went back, so the ticket is not delivered.";
    case "deliveryMoved":
      return "The event was moved, and with it the time for the delivery.";
    case "deliveryReminded":
      return "The seller was reminded of the ticket.";
    case undefined:
      return "The delivery changed.";
    default:
      return transition satisfies never;
  }
}

/** Whether nothing of a delivery will change by itself. */
export const isDone = (status: DeliveryStatus): boolean =>
  status === DeliveryStatus.CONFIRMED || status === DeliveryStatus.CANCELLED;
