import { readMeshFile } from "./mesh-file.ts";

/** The running mesh as one table for people, or undefined if none runs in this data directory. */
export async function describeMesh(dataDir: string): Promise<string | undefined> {
  const mesh = await readMeshFile(dataDir);
  if (!mesh) return undefined;
  const { addresses, processes, signIns, settings, logs } = mesh;
  const rows: [string, string][] = [
    ...(addresses.web ? [["web", addresses.web] as [string, string]] : []),
    ["gateway", `${addresses.gateway}   (gRPC-Web, gRPC, Connect)`],
    [
      "stripe",
      `${addresses.stripe}${addresses.stripe.includes("127.0.0.1") ? "   (Stripe double, no real money)" : ""}`,
    ],
    ["temporal", addresses.temporalUi],
    ["database", addresses.mongo.replace(/\/\/[^@/]*@/, "//")],
    ["broker", addresses.nats],
    ["locks last", settings.lockDuration ?? ""],
    ...signIns.map(
      ({ email, password }, index) =>
        [index === 0 ? "sign in" : "", `${email}  ${password}`] as [string, string],
    ),
    ["logs", logs],
    [
      "processes",
      Object.entries(processes)
        .map(([name, pid]) => `${name} ${pid}`)
        .join(", "),
    ],
  ];
  return rows.map(([name, value]) => `  ${name.padEnd(12)}${value}`).join("\n");
}
