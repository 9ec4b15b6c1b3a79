import type { TicketSnapshot } from "@ticketing/proto/orders/v1/order";
import { useEffect, useState } from "react";
import { buttonClass } from "../design/button.tsx";
import type { TicketContent } from "../kept/kept-tickets.ts";
import { BigTicket } from "./big-ticket.tsx";
import styles from "./delivery.module.css";
import { deliveryTexts as texts } from "./texts.ts";

/** What a file is called when it is saved; of another type it keeps no ending. */
const endings: Readonly<Record<string, string>> = {
  "application/pdf": ".pdf",
  "image/png": ".png",
  "application/vnd.apple.pkpass": ".pkpass",
};

/** What was delivered, once it is open. `ticket` says for what. */
export function DeliveredContent(props: { ticket: TicketSnapshot | undefined; content: TicketContent }) {
  const { ticket, content } = props;
  switch (content.case) {
    case "file":
      return <FileContent ticket={ticket} bytes={content.value} />;
    case "transferNote":
      return (
        <div>
          <p>{texts.sellerSays}</p>
          <blockquote className={styles.note} dir="auto">
            {content.value}
          </blockquote>
        </div>
      );
    case "link":
      return <LinkContent link={content.value} />;
  }
}

/**
 * A picture is shown. Anything else is only saved: a page of this origin that shows what a seller uploaded would be worse
 * than none.
 */
function FileContent({ ticket, bytes }: { ticket: TicketSnapshot | undefined; bytes: Blob }) {
  const address = useAddress(bytes);
  if (!address) return null;
  const isPicture = bytes.type === "image/png";
  return (
    <>
      {isPicture && (
        <>
          <img className={styles.picture} src={address} alt={texts.picture} />
          <BigTicket ticket={ticket} address={address} />
        </>
      )}
      <a
        href={address}
        download={`ticket${endings[bytes.type] ?? ""}`}
        className={buttonClass(isPicture ? "secondary" : "primary", true)}
      >
        {texts.save}
      </a>
    </>
  );
}

function LinkContent({ link }: { link: string }) {
  const url = URL.parse(link);
  // The service takes no other link; a page that runs what a seller wrote would be worse than none.
  if (url?.protocol !== "https:") return null;
  return (
    <>
      <a
        href={url.href}
        target="_blank"
        rel="noopener noreferrer"
        referrerPolicy="no-referrer"
        className={buttonClass("primary", true)}
      >
        {texts.toTicket}
      </a>
      <p className={styles.soft}>{texts.linkLeads(url.host)}</p>
    </>
  );
}

/** An address of the bytes in this page's memory, while it is shown. */
function useAddress(bytes: Blob): string | undefined {
  const [address, setAddress] = useState<string>();
  useEffect(() => {
    const made = URL.createObjectURL(bytes);
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [bytes]);
  return address;
}
