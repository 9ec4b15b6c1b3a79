import { useMutation } from "@connectrpc/connect-query";
import { useQuery } from "@tanstack/react-query";
import {
  type DeliveredFile,
  DeliveryService,
  type OpenTicketResponse,
} from "@ticketing/proto/deliveries/v1/delivery_service";
import { useEffect, useState } from "react";
import { buttonClass } from "../design/button.tsx";
import { ErrorState } from "../design/states.tsx";
import styles from "./delivery.module.css";
import { deliveryTexts as texts } from "./texts.ts";
import { fetchFile } from "./transfer-file.ts";

/** What a file is called when it is saved; of another type it keeps no ending. */
const endings: Readonly<Record<string, string>> = {
  "application/pdf": ".pdf",
  "image/png": ".png",
  "application/vnd.apple.pkpass": ".pkpass",
};

/**
 * The ticket itself, fetched and decrypted here. A picture is shown. Anything else is only saved: a page of this origin
 * that shows what a seller uploaded would be worse than none. An address is good for minutes only, so who tries again
 * opens the ticket again, and gets another.
 */
export function TicketFile(props: {
  orderId: string;
  file: DeliveredFile;
  onOpen: (answer: OpenTicketResponse) => void;
}) {
  const { orderId, file, onOpen } = props;
  const again = useMutation(DeliveryService.method.openTicket, { onSuccess: onOpen });
  const { data, error } = useQuery({
    queryKey: ["ticket-file", file.url],
    queryFn: () => fetchFile(file),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  const address = useAddress(data);
  if (error && !again.isPending) {
    return <ErrorState error={again.error ?? error} onRetry={() => again.mutate({ orderId })} />;
  }
  if (!address) return <p>{texts.fetching}</p>;
  const isPicture = file.mediaType === "image/png";
  return (
    <>
      {isPicture && (
        <>
          <img className={styles.picture} src={address} alt={texts.picture} />
          <p className={styles.soft}>{texts.brightness}</p>
        </>
      )}
      <a
        href={address}
        download={`ticket${endings[file.mediaType] ?? ""}`}
        className={buttonClass(isPicture ? "secondary" : "primary", true)}
      >
        {texts.save}
      </a>
      <p className={styles.soft}>{texts.saveHint}</p>
    </>
  );
}

/** An address of the bytes in this page's memory, while it is shown. */
function useAddress(bytes: Blob | undefined): string | undefined {
  const [address, setAddress] = useState<string>();
  useEffect(() => {
    if (!bytes) return;
    const made = URL.createObjectURL(bytes);
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [bytes]);
  return address;
}
