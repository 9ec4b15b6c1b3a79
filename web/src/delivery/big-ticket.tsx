import type { TicketSnapshot } from "@ticketing/proto/orders/v1/order";
import { useState } from "react";
import { Button } from "../design/button.tsx";
import { Dialog } from "../design/dialog.tsx";
import { useWakeLock } from "../design/use-wake-lock.ts";
import { isolate } from "../format/isolate.ts";
import { ticketTexts } from "../ticket/texts.ts";
import styles from "./delivery.module.css";
import { deliveryTexts as texts } from "./texts.ts";

/** Shows the picture of a ticket over the whole screen, for the scanner at the door. */
export function BigTicket({ ticket, address }: { ticket: TicketSnapshot | undefined; address: string }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button look="primary" wide onClick={() => setOpen(true)}>
        {texts.big}
      </Button>
      {open && <AtTheDoor ticket={ticket} address={address} onClose={() => setOpen(false)} />}
    </>
  );
}

function AtTheDoor(props: { ticket: TicketSnapshot | undefined; address: string; onClose: () => void }) {
  useWakeLock();
  const { ticket, address, onClose } = props;
  return (
    <Dialog
      full
      title={isolate(ticket?.event?.title ?? texts.picture)}
      onClose={onClose}
      actions={
        <Button look="secondary" wide onClick={onClose}>
          {texts.closeBig}
        </Button>
      }
    >
      <p>{ticketTexts.seat(ticket?.seat)}</p>
      <img className={styles.bigPicture} src={address} alt={texts.picture} />
      <p className={styles.soft}>{texts.brightness}</p>
    </Dialog>
  );
}
