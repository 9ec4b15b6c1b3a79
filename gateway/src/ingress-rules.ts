/** The settings of the ingress; see config.ts. */
interface IngressSettings {
  readonly PUBLIC_URL: string;
  readonly FILES_URL?: string | undefined;
  readonly PORT: number;
  readonly TLS_PORT: number;
  readonly READY_PORT: number;
  readonly ADMIN_PORT: number;
  readonly TLS_TERMINATION: "gateway" | "proxy" | "none";
  readonly PUBLIC_TLS_DIR?: string | undefined;
  readonly TRUSTED_PROXIES: number;
}

/** Why settings that are fine one by one do not fit together; each sentence begins with the variable to change. */
export function ingressFaults(settings: IngressSettings): string[] {
  const { PUBLIC_URL, TLS_TERMINATION, PUBLIC_TLS_DIR, TRUSTED_PROXIES } = settings;
  const secure = PUBLIC_URL.startsWith("https:");
  const faults: string[] = [];
  if (secure && TLS_TERMINATION === "none")
    faults.push("TLS_TERMINATION: has to say who ends TLS, gateway or proxy, since PUBLIC_URL is https://");
  if (!secure && TLS_TERMINATION !== "none")
    faults.push(`PUBLIC_URL: has to be https:// where TLS_TERMINATION is ${TLS_TERMINATION}`);
  if (TLS_TERMINATION === "gateway" && PUBLIC_TLS_DIR === undefined)
    faults.push("PUBLIC_TLS_DIR: is missing, the folder with the certificate that the gateway shows");
  if (TLS_TERMINATION !== "gateway" && PUBLIC_TLS_DIR !== undefined)
    faults.push(`PUBLIC_TLS_DIR: is shown to nobody where TLS_TERMINATION is ${TLS_TERMINATION}`);
  if (TLS_TERMINATION === "proxy" && TRUSTED_PROXIES === 0)
    faults.push("TRUSTED_PROXIES: has to count the proxy that ends TLS");
  return [...faults, ...filesFaults(settings), ...portFaults(settings)];
}

/** Whatever is uploaded there must reach nothing of the app: neither its pages nor its cookies. */
function filesFaults({ PUBLIC_URL, FILES_URL }: IngressSettings): string[] {
  if (FILES_URL === undefined) return [];
  const [app, files] = [new URL(PUBLIC_URL), new URL(FILES_URL)];
  const faults: string[] = [];
  if (files.hostname === app.hostname) faults.push("FILES_URL: has to be of another host than PUBLIC_URL");
  if (files.protocol !== app.protocol)
    faults.push(`FILES_URL: has to be ${app.protocol}//, as PUBLIC_URL is`);
  if (files.port !== app.port) faults.push("FILES_URL: has to have the port of PUBLIC_URL");
  return faults;
}

function portFaults(settings: IngressSettings): string[] {
  const names = (["PORT", "TLS_PORT", "READY_PORT", "ADMIN_PORT"] as const).filter(
    (name) => name !== "TLS_PORT" || settings.TLS_TERMINATION === "gateway",
  );
  return names.flatMap((name, at) => {
    const other = names.slice(0, at).find((earlier) => settings[earlier] === settings[name]);
    return other ? [`${name}: is ${settings[name]}, as ${other} is`] : [];
  });
}
